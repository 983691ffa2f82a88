//! The checksum of bundles: 64 bits over words, without tables and without asking which processor this is.
//!
//! In: a seed and bytes. Out: 64 bits. Deliberately not here: protection against a person who computes it anew; that is
//! the business of ownership, file modes and signatures.
//!
//! Four lanes take the words in turn, so that the multiplications overlap. One step, `(lane ^ word) * odd`, rotated, is
//! a bijection of the word (for a given lane) and of the lane (for a given word); so is every step of the final folding
//! in each lane. Hence two inputs of one length that differ only inside one aligned 8-byte word never have the same
//! checksum, whatever the change; any other damage goes unseen with a probability of about 2⁻⁶⁴.

/// Odd multipliers with well-mixed bits (fractions of square roots of primes); any such numbers would do.
const MULTIPLIERS: [u64; 4] =
    [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];

/// Bytes that the four lanes take at once.
const BLOCK: usize = 32;

/// Distance of the rotation: brings the well-mixed high bits of a product to the low end, where the next one reads them.
const ROTATION: u32 = 29;

/// The checksum of `bytes`, started from `seed` (a former checksum, or what tells one range from another).
#[must_use]
pub fn checksum(seed: u64, bytes: &[u8]) -> u64 {
    let mut lanes = MULTIPLIERS.map(|multiplier| multiplier ^ seed);
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for block in blocks {
        lanes = take(lanes, block);
    }
    // The last block is filled up with zeros; the length tells it from one that ends in zeros.
    let mut last = [0; BLOCK];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    lanes = take(lanes, &last);
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let [first, second, third, fourth] = lanes;
    mix(mix(mix(mix(mix(seed, length), first), second), third), fourth)
}

/// A number mixed into a seed; a bijection of each of the two.
#[must_use]
pub fn mix(seed: u64, number: u64) -> u64 {
    let [odd, ..] = MULTIPLIERS;
    step(seed, number, odd)
}

/// One block, a word for each lane.
// PERF: written out, because iterators over lanes are not always unrolled, and tables of 100 KB pass through here.
#[inline]
fn take(lanes: [u64; 4], block: &[u8; BLOCK]) -> [u64; 4] {
    let [[a, b, c, d], [odd_a, odd_b, odd_c, odd_d]] = [lanes, MULTIPLIERS];
    let (words, _) = block.as_chunks::<8>();
    let &[first, second, third, fourth] = words else { return lanes };
    [
        step(a, u64::from_le_bytes(first), odd_a),
        step(b, u64::from_le_bytes(second), odd_b),
        step(c, u64::from_le_bytes(third), odd_c),
        step(d, u64::from_le_bytes(fourth), odd_d),
    ]
}

/// One step; see the module's head for what it must keep.
#[inline]
fn step(lane: u64, word: u64, odd: u64) -> u64 {
    (lane ^ word).wrapping_mul(odd).rotate_left(ROTATION)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn every_change_inside_one_word_is_seen() {
        for length in 0..80_usize {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
            let sum = checksum(5, &bytes);
            for at in 0..length {
                for mask in 1..=255_u8 {
                    let mut changed = bytes.clone();
                    changed[at] ^= mask;
                    assert_ne!(checksum(5, &changed), sum, "byte {at} of {length}, mask {mask}");
                }
            }
        }
    }

    #[test]
    fn seed_length_and_order_count() {
        assert_ne!(checksum(0, b""), checksum(1, b""));
        assert_ne!(checksum(0, b"\0"), checksum(0, b""));
        assert_ne!(checksum(0, &[0; 32]), checksum(0, &[0; 40]));
        assert_ne!(checksum(0, b"aaaaaaaabbbbbbbb"), checksum(0, b"bbbbbbbbaaaaaaaa"));
    }

    #[test]
    fn value_is_part_of_the_format() {
        assert_eq!(checksum(0, b"agsec bundle"), 0x7683_7395_3692_6d46);
    }
}
