"use strict";
const filters = document.getElementById("filters");
if (filters) {
  const groups = [...document.querySelectorAll("details.rule")].map((group) => ({
    group,
    rule: group.dataset.rule,
    severity: group.dataset.severity,
    isOpen: group.open,
    items: [...group.querySelectorAll("li")],
  }));
  const show = () => {
    const field = (name) => filters.elements.namedItem(name);
    const [namespace, rule] = [field("namespace").value, field("rule").value];
    const text = field("text").value.trim().toLowerCase();
    let count = 0;
    let all = 0;
    for (const { group, items, isOpen, ...of } of groups) {
      const isWanted = field(of.severity).checked && (rule === "" || rule === of.rule);
      let shown = 0;
      for (const item of items) {
        const isShown =
          isWanted &&
          (namespace === "" || item.dataset.n === namespace) &&
          (text === "" || item.textContent.toLowerCase().includes(text) || of.rule.includes(text));
        if (item.hidden === isShown) item.hidden = !isShown;
        if (isShown) shown += 1;
      }
      group.hidden = shown === 0;
      group.open = isOpen || rule !== "" || text !== "";
      count += shown;
      all += items.length;
    }
    field("shown").value = `${count} of ${all} findings`;
  };
  filters.addEventListener("input", show);
  show();
}
