// Opens a page from the disk in Chromium, without a network, and prints what a reader sees of it, as JSON.
//
//   node look.mjs PAGE FOLDER
//
// FOLDER gets a screenshot of each view.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { looking } from "../support/browser.mjs";

const [page, folder] = process.argv.slice(2).map((each) => resolve(each));
const views = [
  { name: "light", scheme: "light", width: 1280 },
  { name: "dark", scheme: "dark", width: 1280 },
  { name: "light-phone", scheme: "light", width: 390 },
  { name: "dark-phone", scheme: "dark", width: 390 },
];

// Runs in the page.
function seen() {
  const box = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  };
  const texts = (within, selector) =>
    [...within.querySelectorAll(selector)]
      .filter((each) => each.textContent.trim())
      .map((each) => ({
        text: each.textContent.trim(),
        color: getComputedStyle(each)[each instanceof SVGElement ? "fill" : "color"],
        ...box(each),
      }));
  const background = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" ? background(element.parentElement) : color;
  };
  return {
    overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    sentences: texts(document, "h1, h2, h3, p, li, th, td").map((each) => ({
      ...each,
      background: getComputedStyle(document.body).backgroundColor,
    })),
    charts: [...document.querySelectorAll("figure")].map((figure) => ({
      title: figure.querySelector("h3").textContent,
      background: background(figure),
      texts: texts(figure.querySelector("svg"), "text"),
      lines: Object.fromEntries(
        ["production", "shadow"].map((role) => {
          const path = figure.querySelector(`svg path[style*="stroke: var(--${role})"]`);
          const { stroke, strokeDasharray } = getComputedStyle(path);
          return [role, { ...box(path), length: path.getTotalLength(), stroke, dashes: strokeDasharray }];
        }),
      ),
      ...box(figure.querySelector("svg")),
    })),
  };
}

const seenIn = {};
const told = await looking(async (tab) => {
  for (const { name, scheme, width } of views) {
    await tab.setViewport({ width, height: 900 });
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await tab.goto(pathToFileURL(page).href);
    seenIn[name] = await tab.evaluate(seen);
    await tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }
});
console.log(JSON.stringify({ ...told, views: seenIn }));
