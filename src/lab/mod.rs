//! Labs: a course of flaws on a live cluster, verified by trying the attack.
