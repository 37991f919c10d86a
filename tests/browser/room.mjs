// Shows the board, cards and slides to a real browser: `just screenshots` runs it.
// Fails on a request to elsewhere, on an error in the console, on a fault of accessibility (axe-core) or of the HTML (html-validate).
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { HtmlValidate } from "html-validate";

const [program, images, executablePath] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "tightship-room-"));
const workshop = join(folder, "workshop");
const hostile = `</p><img src="http://elsewhere.invalid/x.png" onerror="document.title='broken'"><script>document.title='broken'</script>`;

const fail = (text) => {
  throw new Error(text);
};
// what happens beside the steps of the test
const troubles = [];
const note = (text) => troubles.push(text);
const tightship = (...args) => execFileSync(program, ["workshop", "--dir", workshop, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

// 200 attendees: a third of them done, others working, wrong, idle, not here, and on a cluster that does not answer
const animals = ["otter", "lynx", "heron", "newt", "vole", "wren", "ibis", "mole", "tern", "hare", "crane", "finch", "gecko", "koala", "lemur", "moose", "panda", "quail", "raven", "tapir"];
const colours = ["amber", "azure", "coral", "ebony", "hazel", "ivory", "lilac", "olive", "pearl", "ruby"];
const names = colours.flatMap((colour) => animals.map((animal) => `${colour}-${animal}`));
const minutes = (ago) => new Date(Date.now() - ago * 60000).toISOString();
const log = [];
const say = (ago, event, fields) => log.push({ at: minutes(ago), event, ...fields });
const why = {
  pinned: "The namespace does not say of which release the enforced level is, so an upgrade of the cluster may start to refuse pods.",
  "root-refused": "A pod that runs as root and with every default capability still gets in. The level baseline stops known escalations only.",
};
const task = (ago, name, task, state, check) =>
  say(ago, "task", { name, lab: "psa", task, state, passing: check ? 1 : 3, ...(check ? { check, why: why[check], failing: [check] } : {}) });
names.forEach((name, number) => number % 20 === 19 || say(40, "joined", { name }));
say(27, "opened", { lab: "psa", title: "The open door", minutes: 35, tasks: ["enforce", "fit"] });
names.forEach((name, number) => {
  const kind = number % 20;
  if (kind < 7) {
    task(20 - kind, name, "enforce", "passed");
    task(9 - kind, name, "fit", "passed");
  } else if (kind < 11) {
    task(18 - kind, name, "enforce", "passed");
    say(0, "active", { name });
  } else if (kind < 14) {
    task(14 - (number % 7), name, "enforce", "failed", kind === 13 ? "pinned" : "root-refused");
    if (number % 4 === 1) say(0, "active", { name });
  } else if (kind === 18 && number < 60) {
    say(6, "task", { name, lab: "psa", task: "enforce", state: "error", passing: 0, why: "the cluster does not answer: the pod of the check was not scheduled in 30 s" });
  } else if (kind < 17) {
    say(0, "active", { name });
  }
});
say(4, "hand", { name: names[37], up: true });
say(3, "hint", { name: null, lab: "psa", task: "enforce", number: 1, text: "There are three modes. `warn` and `audit` only report; one of them refuses." });
log.sort((a, b) => a.at.localeCompare(b.at));
mkdirSync(workshop, { recursive: true, mode: 0o700 });
const attendees = names.map((name, index) => ({ name, seat: index + 1 }));
const server = "https://workshop.example.com:6443";
writeFileSync(join(workshop, "workshop.json"), JSON.stringify({ version: 1, id: "w1", title: "Kubernetes security", context: "kind-workshop", uid: "u", server, labs: ["psa", "setuid"], attendees }), { mode: 0o600 });
writeFileSync(join(workshop, "events.jsonl"), log.map((entry) => JSON.stringify(entry) + "\n").join(""), { mode: 0o600 });
const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const code = (number) => Array.from({ length: 7 }, (_, group) => Array.from({ length: 4 }, (_, at) => letters[(number * 7 + group * 11 + at * 5) % letters.length]).join("")).join("-");
const codes = Object.fromEntries(names.slice(0, 20).map((name, index) => [name, { code: code(index), server, ends: minutes(-600) }]));
writeFileSync(join(workshop, "codes.json"), JSON.stringify(codes), { mode: 0o600 });

const board = spawn(program, ["workshop", "--dir", workshop, "board", "--no-watch", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
const addresses = await new Promise((found, lost) => {
  let text = "";
  board.stderr.on("data", (part) => {
    text += part;
    const match = text.match(/projector: +(\S+)[^]*instructor: +(\S+)\s/);
    if (match) found({ wall: match[1], desk: match[2] });
  });
  board.on("exit", () => lost(new Error(`the board ended: ${text}`)));
});
const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: { "no-trailing-whitespace": "off", "long-title": "off", "require-sri": "off", "no-inline-style": "error", "void-style": "off", "meta-refresh": "off" },
});
let looked = 0;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const open = async (address, options = {}) => {
    const context = options.context ?? (await browser.newContext({ viewport: { width: 1920, height: 1080 }, deviceScaleFactor: 0.5, ...options }));
    const page = await context.newPage();
    const own = new URL(addresses.wall).host;
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "file:" && url.host !== own) note(`a request to ${url}`);
    });
    page.on("dialog", () => note("a dialog"));
    page.on("console", (message) => message.type() === "error" && !/favicon|ERR_ABORTED/.test(message.text()) && note(`console: ${message.text()} ${message.location().url}`));
    page.on("pageerror", (error) => note(`script: ${error}`));
    await page.goto(address, { waitUntil: "load" });
    return page;
  };
  const check = async (name, page, text) => {
    const faults = (await validator.validateString(text)).results.flatMap((result) => result.messages);
    if (faults.length > 0) fail(`${name}: ${faults.slice(0, 5).map((fault) => `${fault.line}:${fault.column} ${fault.message} (${fault.ruleId})`).join("; ")}`);
    // what is evaluated by the test is not held by the page's policy
    await page.evaluate(axe);
    const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((it) => `${it.id}: ${it.nodes.length} such as ${it.nodes[0].html.slice(0, 120)}`));
    if (found.length > 0) fail(`${name}: ${found.join("; ")}`);
    looked += 1;
  };
  const text = async (page, address) => (await page.context().request.get(address)).text();
  const within = (page) =>
    page.evaluate(() => {
      const boxes = [...document.querySelectorAll(".tiles li")].map((tile) => tile.getBoundingClientRect());
      const isSeen = (box) => box.width > 40 && box.height > 24 && box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
      return { seen: boxes.filter(isSeen).length, scrolls: document.documentElement.scrollHeight > innerHeight, header: parseFloat(getComputedStyle(document.querySelector(".big")).fontSize) };
    });

  const wall = await open(addresses.wall);
  const seen = await within(wall);
  if (seen.seen !== 200 || seen.scrolls || seen.header < 28) fail(`the projector's view: ${JSON.stringify(seen)}`);
  await wall.screenshot({ path: join(images, "board-projector.png") });

  const desk = await open(addresses.desk);
  if (desk.url().includes("key=")) fail("the key stays in the address");
  await desk.screenshot({ path: join(images, "board-instructor.png") });
  await check("projector", wall, await text(wall, addresses.wall));
  await check("instructor", desk, await text(desk, new URL("/instructor", addresses.wall).href));

  // both views follow without being loaded again, and what is typed stays
  await desk.locator("summary", { hasText: "Banner" }).click();
  await desk.locator("input[name=text]").fill(hostile.slice(0, 100));
  tightship("banner", "Lunch at 12:30", "--yes");
  await wall.locator(".banner", { hasText: "Lunch at 12:30" }).waitFor({ timeout: 30000 });
  await desk.locator(".banner", { hasText: "Lunch at 12:30" }).waitFor({ timeout: 30000 });
  if ((await desk.locator("input[name=text]").inputValue()) !== hostile.slice(0, 100)) fail("what was typed is gone");
  await desk.locator("button[value=banner]").click();
  await wall.locator(".banner", { hasText: "<img src=" }).waitFor({ timeout: 30000 });
  for (const page of [wall, desk]) {
    if ((await page.title()) === "broken" || (await page.locator("img").count()) > 0) fail("a text became markup");
  }
  tightship("banner", "--yes");

  // without JavaScript it is the same page, which asks again by itself
  const plain = await open(addresses.wall, { javaScriptEnabled: false });
  if ((await plain.locator(".tiles li").count()) !== 200 || (await plain.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]").count()) === 0) fail("nothing without scripts");

  const write = (name, ...args) => {
    const path = join(folder, name);
    tightship(...args, path);
    return path;
  };
  const still = write("board.html", "board", "--html");
  const file = await open(`file://${still}`);
  await check("file", file, readFileSync(still, "utf8"));

  const sheets = write("cards.html", "cards", "--note", "Wi-Fi: workshop", "--output");
  const cards = await open(`file://${sheets}`, { viewport: { width: 794, height: 1123 }, deviceScaleFactor: 0.75 });
  await check("cards", cards, readFileSync(sheets, "utf8"));
  await cards.emulateMedia({ media: "print" });
  const pdf = await cards.pdf({ preferCSSPageSize: true });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
  if (pages !== 2) fail(`20 cards are on ${pages} sheets`);
  const clipped = await cards.evaluate(() => [...document.querySelectorAll(".card")].filter((card) => card.scrollHeight > card.clientHeight + 1).length);
  if (clipped > 0) fail(`${clipped} cards are cut off`);
  await cards.screenshot({ path: join(images, "cards.png"), clip: { x: 0, y: 0, width: 794, height: 1123 } });

  const deck = write("slides.html", "slides", "--output");
  const slides = await open(`file://${deck}`);
  await check("slides", slides, readFileSync(deck, "utf8"));
  const tall = await slides.evaluate(() => [...document.querySelectorAll(".slide")].filter((slide) => slide.offsetHeight > innerHeight + 1).map((slide) => slide.querySelector("h2")?.textContent));
  if (tall.length > 0) fail(`slides are too tall: ${tall.join(", ")}`);
  await slides.locator(".slide", { hasText: "What you did" }).first().scrollIntoViewIfNeeded();
  await slides.locator(".slide", { hasText: "What you did" }).first().screenshot({ path: join(images, "slide.png") });

  const paper = write("report.html", "report", "--format", "html", "--output");
  const report = await open(`file://${paper}`);
  await check("report", report, readFileSync(paper, "utf8"));
  if (troubles.length > 0) fail(troubles.join("\n"));
  console.log(`${looked} pages looked at: no request to elsewhere, no fault of HTML or accessibility`);
} finally {
  await browser.close();
  board.kill("SIGKILL");
  rmSync(folder, { recursive: true });
}
