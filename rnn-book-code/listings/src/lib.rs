//! The tests of this package compile every listing of the book; the library itself is empty.
