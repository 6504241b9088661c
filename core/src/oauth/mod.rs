//! What surrounds an access token in OAuth: how it is presented, how its absence is answered, and
//! how clients, authorization servers and resources find one another.
