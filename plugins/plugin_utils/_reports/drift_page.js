/* Copyright (c) 2026 winfleet contributors
   GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
(() => {
  const CHUNK = 100;
  const data = JSON.parse(document.getElementById("data").textContent);
  const RANK = { high: 0, medium: 1, low: 2, unreachable: 0, failed: 1, drift: 2, clean: 3 };
  const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const find = (id) => document.getElementById(id);
  const text = (number) => data.texts[number];

  function toFinding(row, host) {
    const [setting, actual, wanted, severity, source, since, status, state, path, ids, note] = row.map(text);
    return { host, setting, actual, wanted, severity, source, since, status, state, path, ids, note };
  }
  function toHost(row) {
    const host = { name: text(row[0]), verdict: text(row[1]), checked: text(row[2]), message: text(row[3]) };
    host.findings = row[4].map((each) => toFinding(each, host));
    host.gone = row[5].map((each) => toFinding(each, host));
    const counted = host.findings.filter((each) => each.state === "open" || each.state === "expired");
    host.number = counted.length;
    host.high = counted.filter((each) => each.severity === "high").length;
    host.fresh = counted.filter((each) => each.status === "new").length;
    host.since = counted.reduce((first, each) => (!first || each.since < first ? each.since : first), "");
    return host;
  }
  const hosts = data.hosts.map(toHost);
  const remembered = new Map(data.remembered.map(toHost).map((host) => [host.name, host]));
  const findings = hosts.flatMap((host) => host.findings);

  const day = (instant) => instant.replace("T", " ").replace(/:\d\dZ$/, " UTC");
  const stateOf = (each) => (each.state === "open" ? each.status : each.state);

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }
  const isolated = (value) => element("bdi", {}, value);
  const pill = (word) => element("span", { class: `pill ${/^[a-z]+$/.test(word) ? word : ""}` }, word);
  function opener(host) {
    const button = element("button", { type: "button", class: "open-host", "aria-haspopup": "dialog" }, isolated(host.name));
    button.addEventListener("click", () => openHost(host));
    return button;
  }

  const byName = (value) => (a, b) => names.compare(value(a), value(b));
  const byText = (value) => (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0);
  const byNumber = (value) => (a, b) => value(a) - value(b);
  const VIEWS = {
    findings: {
      caption: "Deviations",
      rows: findings,
      hostOf: (each) => each.host,
      matches: (each, asked) => (!asked.setting || each.setting === asked.setting)
        && (!asked.severity || each.severity === asked.severity) && (!asked.source || each.source === asked.source)
        && (!asked.state || stateOf(each) === asked.state),
      sort: { column: 4, down: false },
      columns: [
        ["Host", (each) => opener(each.host), byName((each) => each.host.name)],
        ["Setting", (each) => isolated(each.setting), byText((each) => each.setting)],
        ["Found", (each) => isolated(each.actual), byName((each) => each.actual)],
        ["Declared", (each) => isolated(each.wanted), byName((each) => each.wanted), "wanted"],
        ["Severity", (each) => pill(each.severity), byNumber((each) => RANK[each.severity]), "fixed"],
        ["Source", (each) => isolated(each.source), byName((each) => each.source)],
        ["Since", (each) => day(each.since), byText((each) => each.since), "fixed"],
        ["State", (each) => pill(stateOf(each)), byText(stateOf), "fixed"],
      ],
    },
    hosts: {
      caption: "Hosts",
      rows: hosts,
      hostOf: (host) => host,
      matches: (host, asked) => !(asked.setting || asked.severity || asked.source || asked.state)
        || host.findings.some((each) => VIEWS.findings.matches(each, asked)),
      sort: { column: 1, down: false },
      columns: [
        ["Host", opener, byName((host) => host.name)],
        ["Verdict", (host) => pill(host.verdict), byNumber((host) => RANK[host.verdict]), "fixed"],
        ["Deviations", (host) => String(host.number), byNumber((host) => host.number), "fixed"],
        ["High", (host) => String(host.high), byNumber((host) => host.high), "fixed"],
        ["New", (host) => String(host.fresh), byNumber((host) => host.fresh), "fixed"],
        ["Drifted since", (host) => (host.since ? day(host.since) : "–"), byText((host) => host.since || "9"), "fixed"],
        ["Checked", (host) => day(host.checked), byText((host) => host.checked), "fixed"],
        ["Message", (host) => isolated(host.message), byName((host) => host.message)],
      ],
    },
  };

  const body = find("rows").tBodies[0];
  let view = "findings";
  let selected = [];
  let made = 0;

  function asked() {
    const values = { host: find("filter-host").value.trim().toLowerCase() };
    for (const name of ["setting", "severity", "source", "verdict", "state"]) values[name] = find(`filter-${name}`).value;
    return values;
  }
  function more() {
    const columns = VIEWS[view].columns;
    const next = selected.slice(made, made + CHUNK).map((row) => element("tr", {}, ...columns.map(
      ([, cell, , kind]) => element("td", kind ? { class: kind } : {}, cell(row)))));
    body.append(...next);
    made += next.length;
    find("more").hidden = made >= selected.length;
    find("more").textContent = `Show more (${(selected.length - made).toLocaleString("en")} left)`;
  }
  function update() {
    const { rows, matches, hostOf, columns, sort, caption } = VIEWS[view];
    const wish = asked();
    selected = rows.filter((row) => {
      const host = hostOf(row);
      return (!wish.host || host.name.toLowerCase().includes(wish.host)) && (!wish.verdict || host.verdict === wish.verdict)
        && matches(row, wish);
    });
    const order = columns[sort.column][2];
    const tie = byName((row) => hostOf(row).name);
    selected.sort((a, b) => (sort.down ? order(b, a) : order(a, b)) || tie(a, b));
    const shown = new Set(selected.map(hostOf)).size;
    const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
    find("shown").textContent = view === "findings"
      ? `${count(selected.length, "deviation")} on ${count(shown, "host")}` : count(shown, "host");
    find("rows").caption.textContent = caption;
    find("rows").setAttribute("aria-rowcount", String(selected.length + 1));
    body.replaceChildren();
    made = 0;
    more();
  }
  function head() {
    const { columns, sort } = VIEWS[view];
    find("rows").tHead.rows[0].replaceChildren(...columns.map(([title], column) => {
      const button = element("button", { type: "button" }, title);
      button.addEventListener("click", () => {
        sort.down = sort.column === column && !sort.down;
        sort.column = column;
        head();
        update();
        find("rows").tHead.rows[0].cells[column].firstChild.focus();
      });
      const state = sort.column !== column ? "none" : sort.down ? "descending" : "ascending";
      return element("th", { scope: "col", "aria-sort": state }, button);
    }));
  }
  function choose(name) {
    view = name;
    for (const button of document.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === name));
    }
    head();
    update();
  }
  function offer(id, values) {
    find(id).replaceChildren(element("option", { value: "" }, "all"), ...values.map((each) => element("option", { value: each }, each)));
  }
  const distinct = (values) => [...new Set(values)].sort(names.compare);
  function clear() {
    find("filter-host").value = "";
    for (const select of document.querySelectorAll(".filters select")) select.value = "";
  }
  function show(name, id, value) {
    clear();
    find(id).value = value;
    choose(name);
    find("table").scrollIntoView({ block: "start" });
    find(id).focus({ preventScroll: true });
  }

  function table(rows, titles) {
    const line = titles.map((title) => element("th", { scope: "col" }, title));
    return element("div", { class: "scroll" }, element("table", {},
      element("thead", {}, element("tr", {}, ...line)), element("tbody", {}, ...rows)));
  }
  function changeRow(each) {
    const notes = [each.path, each.ids, each.note].filter(Boolean).map((value) => element("span", { class: "place" }, isolated(value)));
    return element("tr", {}, element("td", {}, isolated(each.setting), ...notes), element("td", {}, isolated(each.actual)),
      element("td", {}, isolated(each.wanted)), element("td", { class: "fixed" }, pill(each.severity)),
      element("td", {}, isolated(each.source)), element("td", { class: "fixed" }, day(each.since)),
      element("td", { class: "fixed" }, pill(stateOf(each))));
  }
  const TITLES = ["Setting", "Found", "Declared", "Severity", "Source", "Since", "State"];
  function part(title, changes) {
    return changes.length ? [element("h3", {}, title), table(changes.map(changeRow), TITLES)] : [];
  }
  function openHost(host) {
    find("host-name").replaceChildren(isolated(host.name));
    const last = remembered.get(host.name);
    find("host-body").replaceChildren(
      element("p", { class: "facts" }, pill(host.verdict), ` checked ${day(host.checked)}`),
      ...(host.message ? [element("p", { class: "message" }, isolated(host.message))] : []),
      ...part("Before and after", host.findings),
      ...(host.verdict === "clean" && !host.findings.length ? [element("h3", {}, "Everything is as declared.")] : []),
      ...part("Gone since the last report", host.gone),
      ...(last ? part(`When it last answered, ${day(last.checked)}`, last.findings) : []),
    );
    find("host").showModal();
    find("host").scrollTop = 0;
  }

  function move(step) {
    const buttons = [...body.querySelectorAll(".open-host")];
    const at = buttons.indexOf(document.activeElement);
    if (at < 0) return false;
    if (at + step >= buttons.length && made < selected.length) {
      more();
      buttons.splice(0, buttons.length, ...body.querySelectorAll(".open-host"));
    }
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + step))];
    next.focus();
    return true;
  }
  document.addEventListener("keydown", (event) => {
    if (find("host").open || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
      find("filter-host").focus();
      event.preventDefault();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && move(step)) event.preventDefault();
  });

  offer("filter-setting", distinct(findings.map((each) => each.setting)));
  offer("filter-severity", ["high", "medium", "low"]);
  offer("filter-source", distinct(findings.map((each) => each.source)));
  offer("filter-verdict", ["unreachable", "failed", "drift", "clean"]);
  offer("filter-state", distinct(findings.map(stateOf)));
  for (const id of ["setting", "severity", "source", "verdict", "state"]) find(`filter-${id}`).addEventListener("change", update);
  find("filter-host").addEventListener("input", update);
  find("reset").addEventListener("click", () => { clear(); update(); });
  find("more").addEventListener("click", more);
  find("close").addEventListener("click", () => find("host").close());
  for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => choose(button.dataset.view));
  for (const button of document.querySelectorAll("[data-verdict]")) {
    button.addEventListener("click", () => show("hosts", "filter-verdict", button.dataset.verdict));
  }
  for (const button of document.querySelectorAll("[data-severity]")) {
    button.addEventListener("click", () => show("findings", "filter-severity", button.dataset.severity));
  }
  for (const button of document.querySelectorAll("[data-setting]")) {
    button.addEventListener("click", () => show("findings", "filter-setting", button.dataset.setting));
  }
  if (data.exceptions.length) {
    find("exceptions").querySelector("tr").append(...["Hosts", "Setting", "Reason", "Who", "Until", "Covers", ""].map(
      (title) => element("th", { scope: "col" }, title)));
    find("exceptions").querySelector("tbody").append(...data.exceptions.map((row) => element("tr", {},
      ...row.slice(0, 5).map((number, column) => element("td", column === 4 ? { class: "fixed" } : {}, isolated(text(number)))),
      element("td", { class: "fixed" }, String(row[5])), element("td", { class: "fixed" }, row[6] ? pill("expired") : ""))));
    find("exceptions").hidden = false;
  }
  find("table").hidden = false;
  choose(findings.length ? "findings" : "hosts");
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && made < selected.length) more();
  }, { rootMargin: "400px" }).observe(find("more"));
})();
