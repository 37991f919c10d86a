//! Who depends on whom, and cycles in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The edges of a graph. Each knows what it was made of.
pub struct Graph<N, E> {
    edges: BTreeMap<N, BTreeMap<N, E>>,
}

impl<N: Ord + Clone, E: Clone> Graph<N, E> {
    pub fn new() -> Self {
        Self { edges: BTreeMap::new() }
    }

    /// Adds an edge, unless there is one or it is a loop.
    pub fn add(&mut self, from: N, to: N, edge: E) {
        if from != to {
            self.edges.entry(from).or_default().entry(to).or_insert(edge);
        }
    }

    /// For each strongly connected component, its shortest cycle: the edges one after the other.
    pub fn cycles(&self) -> Vec<Vec<(N, N, E)>> {
        let reached: BTreeMap<&N, BTreeSet<&N>> = self.edges.keys().map(|node| (node, self.reached(node))).collect();
        let mut done: BTreeSet<&N> = BTreeSet::new();
        let mut cycles = Vec::new();
        for (&start, nodes) in &reached {
            if done.contains(start) || !nodes.contains(start) {
                continue;
            }
            let component: Vec<&N> =
                nodes.iter().copied().filter(|node| reached.get(node).is_some_and(|its| its.contains(start))).collect();
            cycles.extend(component.iter().filter_map(|node| self.cycle(node)).min_by_key(Vec::len));
            done.extend(component);
        }
        cycles
    }

    /// All that can be reached from a node by at least one edge.
    fn reached<'g>(&'g self, start: &'g N) -> BTreeSet<&'g N> {
        let mut reached = BTreeSet::new();
        let mut next = vec![start];
        while let Some(node) = next.pop() {
            let fresh = self.after(node).filter(|to| reached.insert(*to));
            next.extend(fresh);
        }
        reached
    }

    fn after(&self, node: &N) -> impl Iterator<Item = &N> {
        self.edges.get(node).into_iter().flat_map(BTreeMap::keys)
    }

    /// The shortest way from a node back to it.
    fn cycle(&self, start: &N) -> Option<Vec<(N, N, E)>> {
        let mut before: BTreeMap<&N, &N> = BTreeMap::new();
        let mut next = VecDeque::from([start]);
        while let Some(node) = next.pop_front() {
            for to in self.after(node) {
                if to == start {
                    let mut way = vec![start, node];
                    while let Some(&earlier) = before.get(way[way.len() - 1]) {
                        way.push(earlier);
                    }
                    way.reverse();
                    return Some(way.windows(2).map(|pair| self.edge(pair[0], pair[1])).collect());
                }
                before.entry(to).or_insert_with(|| {
                    next.push_back(to);
                    node
                });
            }
        }
        None
    }

    fn edge(&self, from: &N, to: &N) -> (N, N, E) {
        (from.clone(), to.clone(), self.edges[from][to].clone())
    }
}
