//! All secondary addresses as a tree.

use crate::{Identification, Manufacturer, Medium, Selection};

/// How many digits a number has; behind them come medium, version and manufacturer.
const DIGITS: usize = 8;
const LEVELS: usize = DIGITS + 3;
const MEDIUM: usize = DIGITS;
const VERSION: usize = DIGITS + 1;

/// Manufacturers are three letters.
const LETTERS: u16 = 26;

/// A branch: the digits of the number that are known, the highest first, then medium, version and manufacturer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree {
    /// What was chosen at each level.
    places: [u16; LEVELS],
    depth: usize,
    /// The highest digit.
    last_digit: u16,
}

impl Tree {
    pub const fn decimal() -> Self {
        Self { places: [0; LEVELS], depth: 0, last_digit: 9 }
    }

    /// F is a wildcard.
    pub const fn hexadecimal() -> Self {
        Self { last_digit: 14, ..Self::decimal() }
    }

    /// Whether it is one address.
    pub const fn is_whole(&self) -> bool {
        self.depth == LEVELS
    }

    /// Whether all digits are known.
    pub const fn has_number(&self) -> bool {
        self.depth >= DIGITS
    }

    /// The meters that it stands for.
    pub fn pattern(&self) -> Selection {
        let mut pattern = Selection::ANY;
        for (level, &place) in self.places.iter().take(self.depth).enumerate() {
            match level {
                MEDIUM => pattern.medium = Medium(place as u8),
                VERSION => pattern.version = place as u8,
                level if level < DIGITS => {
                    let shift = 4 * (DIGITS - 1 - level);
                    let others = pattern.identification.0 & !(0xF << shift);
                    pattern.identification = Identification(others | u32::from(place) << shift);
                }
                _ => pattern.manufacturer = manufacturer(place),
            }
        }
        pattern
    }

    /// The first branch of this one, if it has any.
    pub fn below(mut self) -> Option<Self> {
        *self.places.get_mut(self.depth)? = 0;
        self.depth += 1;
        Some(self)
    }

    /// The next branch that is none of this one, if there is one.
    pub fn behind(mut self) -> Option<Self> {
        while let Some(above) = self.depth.checked_sub(1) {
            let last = match above {
                MEDIUM | VERSION => u16::from(u8::MAX) - 1,
                level if level < DIGITS => self.last_digit,
                _ => LETTERS * LETTERS * LETTERS - 1,
            };
            match self.places.get_mut(above) {
                Some(place) if *place < last => {
                    *place += 1;
                    return Some(self);
                }
                _ => self.depth = above,
            }
        }
        None
    }
}

/// The manufacturers in the order of their letters.
fn manufacturer(place: u16) -> Manufacturer {
    let letters = [place / LETTERS / LETTERS, place / LETTERS % LETTERS, place % LETTERS];
    Manufacturer(letters.iter().fold(0, |code, letter| code << 5 | (letter + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_branches_are_those_of_one_field_after_the_other() {
        let behind = |tree: Tree, count| (0..count).try_fold(tree, |tree, _| tree.behind()).unwrap();
        let tree = Tree::decimal();
        assert_eq!(tree.pattern(), Selection::ANY);
        let tree = tree.below().unwrap();
        assert_eq!(tree.pattern().to_string(), "0FFFFFFF any FF any");
        let mut tree = behind(tree, 9);
        assert_eq!(tree.pattern().to_string(), "9FFFFFFF any FF any");
        assert!(tree.behind().is_none());
        for _ in 1..11 {
            assert!(!tree.is_whole());
            tree = tree.below().unwrap();
        }
        assert!(tree.is_whole() && tree.below().is_none());
        assert_eq!(tree.pattern().to_string(), "90000000 AAA 00 other");
        let tree = behind(tree, 17_575);
        assert_eq!(tree.pattern().to_string(), "90000000 ZZZ 00 other");
        let tree = behind(tree, 1);
        assert_eq!(tree.pattern().to_string(), "90000000 any 01 other");
        let tree = behind(tree, 253);
        assert_eq!(tree.pattern().to_string(), "90000000 any FE other");
        assert_eq!(behind(tree, 1).pattern().to_string(), "90000000 any FF oil");
    }

    #[test]
    fn all_branches_end() {
        for (tree, digits) in [(Tree::decimal(), 10), (Tree::hexadecimal(), 15)] {
            let all = core::iter::successors(tree.below(), |tree| tree.behind());
            assert_eq!(all.count(), digits);
        }
    }
}
