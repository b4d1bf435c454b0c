//! A dashboard of pure state: fixed time, fixed data, no network, effects only recorded.
