//! JSON text to values and back, as the semantics wants it: numbers keep their exact value, a lone surrogate
//! becomes U+FFFD, of duplicate keys the last holds, `NaN` and `1e400` are values.
