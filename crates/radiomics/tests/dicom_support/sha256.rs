//! SHA-256 (FIPS 180-4), for the hashes of the manifest.

pub fn hex(bytes: &[u8]) -> String {
    let primes = |count: usize| {
        (2u64..)
            .filter(|&n| (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0))
            .take(count)
            .collect::<Vec<_>>()
    };
    // The first 32 bits of the fraction of a root, exactly.
    let fraction = |n: u64, power: u32| {
        let mut root = 0u128;
        for bit in (0..40).rev() {
            let next = root | (1 << bit);
            if next.pow(power) <= u128::from(n) << (32 * power) {
                root = next;
            }
        }
        root as u32
    };
    let constants: Vec<u32> = primes(64).into_iter().map(|p| fraction(p, 3)).collect();
    let mut state: Vec<u32> = primes(8).into_iter().map(|p| fraction(p, 2)).collect();
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks(64) {
        let mut w: Vec<u32> = block
            .as_chunks()
            .0
            .iter()
            .map(|&word| u32::from_be_bytes(word))
            .collect();
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w.push(
                w[i - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[i - 7])
                    .wrapping_add(s1),
            );
        }
        let mut s = state.clone();
        for i in 0..64 {
            let s1 = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
            let choice = (s[4] & s[5]) ^ (!s[4] & s[6]);
            let one = s[7]
                .wrapping_add(s1)
                .wrapping_add(choice)
                .wrapping_add(constants[i])
                .wrapping_add(w[i]);
            let s0 = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
            let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(one);
            s[0] = one.wrapping_add(s0.wrapping_add(majority));
        }
        for (total, part) in state.iter_mut().zip(s) {
            *total = total.wrapping_add(part);
        }
    }
    state.iter().map(|word| format!("{word:08x}")).collect()
}
