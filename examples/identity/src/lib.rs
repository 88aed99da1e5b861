#![no_std]
use frame_crypto::Name;
pub struct Identity { pub network: u16, pub number: u16, pub serial: u64, pub root: [u8; 16], pub name: Name }
impl Identity {
    pub const LEN: usize = 80;
    pub fn decode(o: &[u8]) -> Result<Self, ()> { let (a, _) = o.split_first_chunk::<32>().ok_or(())?; let mut root=[0;16]; root.copy_from_slice(&a[16..]); Ok(Self { network: u16::from_be_bytes([a[5],a[6]]), number: u16::from_be_bytes([a[7],a[8]]), serial: 0, root, name: Name::new("x").ok_or(())? }) }
}
