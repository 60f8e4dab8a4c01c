"use strict";
(() => {
  const root = document.documentElement;

  // ---------------------------------------------------------------- light and dark
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("tokenmarket-theme"); } catch { return null; } };
  const show = () => {
    const dark = (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
    theme.textContent = dark ? "Light" : "Dark";
    theme.setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
    theme.removeAttribute("aria-pressed");
  };
  if (["light", "dark"].includes(kept())) root.dataset.theme = kept();
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = theme.textContent.toLowerCase();
    try { localStorage.setItem("tokenmarket-theme", root.dataset.theme); } catch { /* a page on disk may not keep it */ }
    show();
  });
  system.addEventListener("change", show);
  show();

  // ---------------------------------------------------------------- tables that sort
  const key = (row, place) => {
    const cell = row.cells[place];
    const value = "v" in cell.dataset ? cell.dataset.v : cell.textContent.trim();
    return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a.localeCompare(b, "en", { numeric: true });
  };
  const sort = (table, place, direction) => {
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => "n" in row.dataset)
        .map((row) => [key(row, place), Number(row.dataset.n), row]);
      rows.sort((a, b) => {
        if (!direction) return a[1] - b[1];
        if ((a[0] === "") !== (b[0] === "")) return a[0] === "" ? 1 : -1;
        return direction * compare(a[0], b[0]) || a[1] - b[1];
      });
      body.append(...rows.map((row) => row[2]));
    }
  };
  for (const table of document.querySelectorAll("table.sorts")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      if (!button.textContent.trim()) return;
      head.append(button);
      const first = head.classList.contains("number") ? -1 : 1;
      button.addEventListener("click", () => {
        const was = { ascending: 1, descending: -1 }[head.getAttribute("aria-sort")] || 0;
        const now = was === 0 ? first : was === first ? -first : 0;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (now) head.setAttribute("aria-sort", now > 0 ? "ascending" : "descending");
        sort(table, place, now);
      });
    });
  }

  // ---------------------------------------------------------------- values of a chart
  const readout = document.getElementById("readout");
  const NS = "http://www.w3.org/2000/svg";
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const number = (value) => {
    const size = Math.abs(value);
    if (value > 0 && size < 0.001) return "< 0.001";
    for (const [unit, letter] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e4, "k"]]) {
      if (size >= unit) return `${Number((value / (unit === 1e4 ? 1e3 : unit)).toPrecision(4))}${letter}`;
    }
    return Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4 }).replace("-", "\u2212");
  };
  const moment = (minutes) => {
    const time = new Date(minutes * 60000);
    const clock = time.toISOString().slice(11, 16);
    const day = `${days[time.getUTCDay()]} ${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
    return clock === "00:00" ? day : `${day}, ${clock}`;
  };
  const whole = (path) => Array.isArray(path) ? path
    : Array.from({ length: path.count }, (_, k) => path.from + k * path.step);
  const nearest = (path, x) => {
    let best = 0;
    for (let k = 1; k < path.length; k += 1) if (Math.abs(path[k] - x) < Math.abs(path[best] - x)) best = k;
    return best;
  };

  class Chart {
    constructor(card) {
      this.box = card.querySelector(".chart-box");
      this.svg = this.box.querySelector("svg");
      this.panels = JSON.parse(card.querySelector(".values").textContent)
        .map((panel) => ({ ...panel, at: panel.at.map(whole) }));
      const longest = (panel) => panel.at.reduce((a, b) => (b.length > a.length ? b : a));
      this.panels.forEach((panel) => { panel.steps = longest(panel); });
      this.panel = 0;
      this.step = null;
      this.box.addEventListener("pointermove", (event) => this.follow(event));
      this.box.addEventListener("pointerdown", (event) => this.follow(event));
      this.box.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") this.hide(); });
      this.box.addEventListener("keydown", (event) => this.move(event));
      this.box.addEventListener("blur", () => this.hide());
      this.box.addEventListener("scroll", () => this.hide());
    }

    place(panel, x) {
      const [left, , right] = panel.box;
      const [low, high] = panel.span;
      return left + ((x - low) / (high - low)) * (right - left);
    }

    follow(event) {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
      const inside = (panel) => point.x >= panel.box[0] - 4 && point.x <= panel.box[2] + 4
        && point.y >= panel.box[1] - 4 && point.y <= panel.box[3] + 4;
      const panel = this.panels.findIndex(inside);
      if (panel < 0) { this.hide(); return; }
      const [left, , right] = this.panels[panel].box;
      const [low, high] = this.panels[panel].span;
      const x = low + ((point.x - left) / (right - left)) * (high - low);
      this.show(panel, nearest(this.panels[panel].steps, x));
    }

    move(event) {
      const steps = this.panels[this.panel].steps;
      const jump = event.shiftKey ? 10 : 1;
      const to = { ArrowRight: (this.step ?? -1) + jump, ArrowLeft: (this.step ?? steps.length) - jump, Home: 0,
        End: steps.length - 1 }[event.key];
      if (event.key === "Escape") this.hide();
      if (["ArrowUp", "ArrowDown"].includes(event.key) && this.panels.length > 1) {
        const panel = this.panel + (event.key === "ArrowDown" ? 1 : -1);
        if (this.panels[panel]) this.show(panel, Math.min(this.step ?? 0, this.panels[panel].steps.length - 1));
        event.preventDefault();
      }
      if (to === undefined) return;
      event.preventDefault();
      this.show(this.panel, Math.max(0, Math.min(steps.length - 1, to)));
    }

    show(place, step) {
      const panel = this.panels[place];
      const x = panel.steps[step];
      const rows = [];
      panel.series.forEach(([name, colour, path, values]) => {
        const value = values[nearest(panel.at[path], x)];
        if (value !== null) rows.push([name, colour, number(value)]);
      });
      this.panel = place;
      this.step = step;
      const at = this.place(panel, x);
      this.cross ??= this.svg.appendChild(document.createElementNS(NS, "line"));
      this.cross.setAttribute("class", "cross");
      for (const [name, value] of [["x1", at], ["x2", at], ["y1", panel.box[1]], ["y2", panel.box[3]]]) {
        this.cross.setAttribute(name, value);
      }
      this.tell(panel, panel.time ? moment(x) : `${panel.x}: ${x}`, rows, at);
    }

    tell(panel, when, rows, at) {
      const title = document.createElement("div");
      title.textContent = [panel.title, when].filter(Boolean).join(" \u00b7 ");
      title.style.fontWeight = "600";
      const table = document.createElement("table");
      table.setAttribute("role", "presentation");
      for (const [name, colour, value] of rows) {
        const row = table.insertRow();
        const mark = document.createElement("i");
        mark.style.background = `var(--chart-fill-${colour.slice(1)}, ${colour})`;
        row.insertCell().append(mark, name);
        row.insertCell().textContent = value;
      }
      const unit = document.createElement("div");
      unit.textContent = panel.unit;
      unit.className = "unit";
      readout.replaceChildren(title, table, unit);
      readout.hidden = false;
      const corner = new DOMPoint(at, panel.box[1]).matrixTransform(this.svg.getScreenCTM());
      const width = readout.offsetWidth;
      const right = corner.x + 14 + width < root.clientWidth;
      const left = right ? corner.x + 14 : Math.max(4, corner.x - 14 - width);
      readout.style.left = `${left + scrollX}px`;
      readout.style.top = `${corner.y + scrollY}px`;
    }

    hide() {
      this.cross?.remove();
      this.cross = undefined;
      this.step = null;
      readout.hidden = true;
    }
  }
  for (const card of document.querySelectorAll(".chart-card:has(> .values)")) new Chart(card);
})();
