//! How much memory a node takes.

use frame_crypto::{Aes128, Cipher, Key, Volatile};

use super::Node;
use crate::internal::MAX_DOWN;
use crate::superframe::MAX_FRAME;

impl<S, C: Cipher, const WINDOW: usize, const MESSAGE: usize> Node<S, C, WINDOW, MESSAGE> {
    /// Octets of a node that are keys: for what goes up, for what comes down and for beacons, the latter twice
    /// while they change, and for joining; and what these are derived from.
    pub const KEY_OCTETS: usize = 5 * size_of::<C>() + 2 * size_of::<Key<C>>();

    /// Octets of a node that are buffers: of `WINDOW` frames and the plaintext of one, and of the messages
    /// that go up, come down, come down to all, and are the network's own.
    pub const BUFFER_OCTETS: usize = (WINDOW + 1) * MAX_FRAME + 3 * MESSAGE + MAX_DOWN;

    /// Octets of everything else in a node but its counter store.
    pub const STATE_OCTETS: usize =
        size_of::<Self>() - size_of::<S>() - Self::KEY_OCTETS - Self::BUFFER_OCTETS;
}

/// On a microcontroller, the state is a kilobyte at the most.
const _: () = assert!(usize::BITS > 32 || Node::<Volatile, Aes128>::STATE_OCTETS <= 1_024);
