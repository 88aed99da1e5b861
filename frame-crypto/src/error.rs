//! What can go wrong. The air never learns which: nothing is answered to a frame that does not open.

/// A store does not hold, or does not take, what it has to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StoreError {
    /// The memory cannot be read or written, or does not keep what was written.
    #[error("the memory failed")]
    Memory,
    /// Nothing was ever stored: the device is not provisioned, or was erased.
    #[error("the store is blank")]
    Blank,
    /// No record is whole.
    #[error("no record of the store is whole")]
    Damaged,
    /// The memory is too small for the records, or not aligned to them.
    #[error("the records do not fit the memory")]
    Layout,
}

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
    #[error("the counter is not certain: {0}")]
    Store(#[from] StoreError),
    /// All 2^48 counters are used: a new key and a new store are due.
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
    /// The epoch is genuine, but not newer than this one.
    #[error("epoch {epoch} is no newer than {current}")]
    Epoch {
        /// The epoch.
        epoch: u16,
        /// The current one.
        current: u16,
    },
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

/// A device does not follow a command to rename it. It is called what it was called before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RenameError {
    /// The command is of no possible length.
    #[error("a command of {have} octets")]
    Length {
        /// How many octets it has.
        have: usize,
    },
    /// The command is for another device.
    #[error("the command is for serial number {serial}")]
    Serial {
        /// That device's serial number.
        serial: u64,
    },
    /// The tag is wrong: another admin key, a damaged or a forged command.
    #[error("the tag is wrong")]
    Tag,
    /// The command is genuine and was followed before: the answer to it was lost.
    #[error("command {counter} was followed before")]
    Duplicate {
        /// The command's counter.
        counter: u64,
    },
    /// The command is genuine, but older than the newest one followed.
    #[error("command {counter} is older than {newest}")]
    Stale {
        /// The command's counter.
        counter: u64,
        /// The newest command's.
        newest: u64,
    },
    /// The command is genuine, but makes no sense.
    #[error("the command makes no sense")]
    Malformed,
    /// The command is to rename a device that is called something else.
    #[error("the device is not called what the command says")]
    OldName,
    /// The command is to commit what is not prepared.
    #[error("command {counter} is not prepared")]
    NotPrepared {
        /// The counter of the command that would have to be prepared.
        counter: u64,
    },
    /// The change cannot be stored.
    #[error("not stored: {0}")]
    Store(#[from] StoreError),
}
