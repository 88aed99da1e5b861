//! What can go wrong. The air never learns which: nothing is answered to a frame that does not open.

/// A frame cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SealError {
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets the frame has.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
    /// The plaintext is longer than CCM with a nonce of 13 octets allows.
    #[error("{have} octets of plaintext where {limit} are the limit")]
    TooLong {
        /// How many octets there may be.
        limit: usize,
        /// How many there are.
        have: usize,
    },
    /// The counter store failed: sending on could use a counter twice.
    #[error("the counter cannot be stored")]
    Store,
    /// All 2^48 counters of this key are used: a new epoch is due.
    #[error("the key has no counter left")]
    Exhausted,
}

/// A frame does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OpenError {
    /// There are fewer octets than the frame needs.
    #[error("truncated: {have} octets where {needed} are needed")]
    Truncated {
        /// How many octets are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// There are more octets of ciphertext than CCM with a nonce of 13 octets allows.
    #[error("{have} octets of ciphertext where {limit} are the limit")]
    TooLong {
        /// How many octets there may be.
        limit: usize,
        /// How many there are.
        have: usize,
    },
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets the plaintext has.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
    /// The frame is of another version.
    #[error("frame version {version} is not known")]
    Version {
        /// The version.
        version: u8,
    },
    /// The frame is of no known kind.
    #[error("frame kind {kind} is not known")]
    Kind {
        /// The kind.
        kind: u8,
    },
    /// The frame is of another kind, device or epoch than this opener's.
    #[error("the frame belongs to another link")]
    Link,
    /// The tag is wrong: another key or network, a damaged or a forged frame.
    #[error("the tag is wrong")]
    Tag,
    /// The frame is genuine and was opened before, or before a restart: its sender repeats it.
    #[error("frame {counter} was opened before")]
    Duplicate {
        /// The frame's counter.
        counter: u64,
    },
    /// The frame is genuine, but too old to tell whether it was opened before.
    #[error("frame {counter} is behind the window, which ends at {newest}")]
    Stale {
        /// The frame's counter.
        counter: u64,
        /// The newest counter opened.
        newest: u64,
    },
}
