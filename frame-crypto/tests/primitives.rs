//! The modes and ciphers below the frames, by other people's vectors: RFC 3610, NIST, Wycheproof.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use ccm::consts::{U4, U6, U7, U8, U9, U10, U11, U12, U13, U14, U16};
use ccm::{AeadInOut, Ccm};
use cmac::{Cmac, KeyInit, Mac};
#[cfg(feature = "sm4")]
use frame_crypto::Sm4;
use frame_crypto::{Aes128, Cipher};
use wycheproof::{aead, mac};

fn columns(text: &str) -> impl Iterator<Item = Vec<Vec<u8>>> {
    let octets = |hex: &str| -> Vec<u8> {
        let hex = hex.trim_start_matches('-');
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
    };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(move |line| line.split(" | ").map(octets).collect())
}

struct Case<'a> {
    key: &'a [u8],
    nonce: &'a [u8],
    associated: &'a [u8],
    plaintext: &'a [u8],
    ciphertext: &'a [u8],
    tag: &'a [u8],
}

impl Case<'_> {
    /// Whether sealing gives the ciphertext and tag, and opening takes them; `None` if CCM of this cipher has
    /// no such sizes.
    fn holds<C: Cipher>(&self) -> Option<bool> {
        if self.key.len() != 16 {
            return None;
        }
        macro_rules! sizes {
            ($($nonce:ty: $($tag:ty),*;)*) => {$($({
                type Mode<C> = Ccm<C, $tag, $nonce>;
                if let (Ok(nonce), Ok(tag)) = (self.nonce.try_into(), self.tag.try_into()) {
                    let mode = Mode::<C>::new(self.key.try_into().unwrap());
                    let mut body = self.plaintext.to_vec();
                    let sealed = mode.encrypt_inout_detached(nonce, self.associated, body.as_mut_slice().into()).unwrap();
                    let seals = body == self.ciphertext && sealed[..] == *self.tag;
                    let mut body = self.ciphertext.to_vec();
                    let opened = mode.decrypt_inout_detached(nonce, self.associated, body.as_mut_slice().into(), tag);
                    assert_eq!(seals, opened.is_ok() && body == self.plaintext);
                    return Some(seals);
                }
            })*)*};
        }
        sizes! {
            U7: U4, U6, U8, U10, U12, U14, U16;
            U8: U4, U6, U8, U10, U12, U14, U16;
            U9: U4, U6, U8, U10, U12, U14, U16;
            U10: U4, U6, U8, U10, U12, U14, U16;
            U11: U4, U6, U8, U10, U12, U14, U16;
            U12: U4, U6, U8, U10, U12, U14, U16;
            U13: U4, U6, U8, U10, U12, U14, U16;
        }
        None
    }
}

#[test]
fn ccm_is_that_of_rfc_3610() {
    let mut count = 0;
    for columns in columns(include_str!("vectors/rfc3610.txt")) {
        let [key, nonce, associated, plaintext, sealed] = &columns[..] else { panic!("not five columns") };
        let (ciphertext, tag) = sealed.split_at(plaintext.len());
        let case = Case { key, nonce, associated, plaintext, ciphertext, tag };
        assert_eq!(case.holds::<Aes128>(), Some(true));
        count += 1;
    }
    assert_eq!(count, 6);
}

/// Every case of sizes that CCM has is as Wycheproof says; returns how many.
fn wycheproof_ccm<C: Cipher>(name: aead::TestName) -> usize {
    let mut count = 0;
    for group in aead::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let case = Case {
                key: &test.key,
                nonce: &test.nonce,
                associated: &test.aad,
                plaintext: &test.pt,
                ciphertext: &test.ct,
                tag: &test.tag,
            };
            match case.holds::<C>() {
                Some(holds) => {
                    assert_eq!(holds, !test.result.must_fail(), "{name:?} {}: {}", test.tc_id, test.comment);
                    count += 1;
                }
                None => assert!(group.key_size != 128 || test.result.must_fail(), "{}", test.tc_id),
            }
        }
    }
    count
}

#[test]
fn ccm_is_that_of_wycheproof() {
    assert_eq!(wycheproof_ccm::<Aes128>(aead::TestName::AesCcm), 162);
    #[cfg(feature = "sm4")]
    assert_eq!(wycheproof_ccm::<Sm4>(aead::TestName::Sm4Ccm), 162);
}

fn cmac<C: Cipher>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <Cmac<C> as KeyInit>::new(key.try_into().unwrap());
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn cmac_is_that_of_wycheproof() {
    let mut count = 0;
    for group in mac::TestSet::load(mac::TestName::AesCmac).unwrap().test_groups {
        for test in group.tests.iter().filter(|_| group.key_size == 128) {
            let tag = cmac::<Aes128>(&test.key, &test.msg);
            let holds = tag[..group.tag_size / 8] == test.tag[..];
            assert_eq!(holds, !test.result.must_fail(), "{}: {}", test.tc_id, test.comment);
            count += 1;
        }
    }
    assert!(count > 50, "{count} cases");
}

/// NIST SP 800-38B, D.1.
#[test]
fn cmac_is_that_of_sp_800_38b() {
    let key = 0x2B7E_1516_28AE_D2A6_ABF7_1588_09CF_4F3C_u128.to_be_bytes();
    let message = 0x6BC1_BEE2_2E40_9F96_E93D_7E11_7393_172A_u128.to_be_bytes();
    for (message, tag) in [
        (&[][..], 0xBB1D_6929_E959_3728_7FA3_7D12_9B75_6746_u128),
        (&message, 0x070A_16B4_6B4D_4144_F79B_DD9D_D04A_287C),
    ] {
        assert_eq!(cmac::<Aes128>(&key, message), tag.to_be_bytes());
    }
}

#[cfg(feature = "sm4")]
#[test]
fn cmac_of_sm4_is_that_of_others() {
    let mut count = 0;
    for columns in columns(include_str!("vectors/sm4-cmac.txt")) {
        let [key, message, tag] = &columns[..] else { panic!("not three columns") };
        assert_eq!(cmac::<Sm4>(key, message), *tag);
        count += 1;
    }
    assert_eq!(count, 14);
}
