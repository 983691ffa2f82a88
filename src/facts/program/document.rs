//! Mongo, redis.
use super::code::Scan;
pub(super) fn mongo(_text: &str) -> Scan {
    Scan::default()
}
pub(super) fn redis(_text: &str) -> Scan {
    Scan::default()
}
