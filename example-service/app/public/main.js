// The page: asks the procedures of the segment `reporting` for a month's report, and shows it. They are imported like
// functions of the page itself; where they run is no concern of it.

import { withSignal } from '/jitar/client/jitar.js';
import getMonthReport from '/jitar/client/reporting/getMonthReport.js';
import getMonthTable from '/jitar/client/reporting/getMonthTable.js';

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
];
const YEARS = [2025, 2024];
const FIRST_CHOICE = { year: 2025, month: 'April' };

const integer = new Intl.NumberFormat('en');
const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

const element = (id) => document.getElementById(id);
const report = element('report');
const pdfButton = element('pdf');

// Aborted when a newer choice makes the answer useless.
let request = new AbortController();

/** What people are told of an error: the text of a refusal, and nothing of what went wrong inside. */
function textOf(error) {
  const isRefusal = error.status >= 400 && error.status < 500;

  return isRefusal ? error.message : 'The report cannot be made right now. Please try again in a moment.';
}

/** What the address of the page asks for, so that a report can be bookmarked. */
function choiceOfAddress() {
  const query = new URLSearchParams(location.search);
  const year = Number(query.get('year') ?? FIRST_CHOICE.year);

  return { year, month: query.get('month') ?? FIRST_CHOICE.month };
}

function choiceOfForm() {
  return { year: Number(element('year').value), month: element('month').value };
}

async function show(choice) {
  request.abort();
  request = new AbortController();

  const { signal } = request;

  report.setAttribute('aria-busy', 'true');

  try {
    showReport(await withSignal(signal, () => getMonthTable(choice.year, choice.month)));
    showProblem('');
  } catch (error) {
    if (signal.aborted) {
      return;
    }

    report.hidden = true;
    pdfButton.disabled = true;
    showProblem(textOf(error));
  }

  report.removeAttribute('aria-busy');
}

function showReport({ title, rows, total }) {
  document.title = title;
  element('title').textContent = title;
  element('revenue').textContent = euros.format(total.revenue);
  element('units').textContent = integer.format(total.units);
  element('chart').replaceChildren(chartOf(revenueByProduct(rows)));
  element('rows').replaceChildren(
    ...rows.map((row) => lineOf(row.product, row.region, row.units, row.revenue)),
  );
  element('total').replaceChildren(lineOf('Total', '', total.units, total.revenue));
  element('status').textContent = `${title}: revenue ${euros.format(total.revenue)}`;

  report.hidden = false;
  pdfButton.disabled = false;
}

function showProblem(text) {
  const message = element('message');

  message.textContent = text;
  message.hidden = text === '';
}

function lineOf(product, region, units, revenue) {
  const line = document.createElement('tr');
  const head = document.createElement('th');

  head.scope = 'row';
  head.textContent = product;
  line.append(head, cell(region), cell(integer.format(units), 'number'), cell(euros.format(revenue), 'number'));

  return line;
}

function cell(text, className = '') {
  const cell = document.createElement('td');

  cell.textContent = text;
  cell.className = className;

  return cell;
}

/** Pairs of product and revenue in all regions, the best first. */
function revenueByProduct(rows) {
  const sums = new Map();

  for (const { product, revenue } of rows) {
    sums.set(product, (sums.get(product) ?? 0) + revenue);
  }

  return [...sums].sort(([, a], [, b]) => b - a);
}

/** Horizontal bars; their lengths are shares of the width, so that the chart fits everywhere. */
function chartOf(bars) {
  const rowHeight = 34;
  const labelWidth = 112;
  const valueWidth = 84;
  const greatest = Math.max(...bars.map(([, revenue]) => revenue));
  const chart = svg('svg', { role: 'img', height: bars.length * rowHeight });
  const summary = bars.map(([product, revenue]) => `${product} ${euros.format(revenue)}`).join(', ');

  chart.setAttribute('aria-label', `Revenue by product: ${summary}`);

  bars.forEach(([product, revenue], index) => {
    const middle = (index + 0.5) * rowHeight;
    const share = revenue / greatest;
    const length = `calc((100% - ${labelWidth + valueWidth}px) * ${share})`;

    const bar = svg('rect', { x: labelWidth, y: middle - 10, height: 20, rx: 3 });
    bar.style.width = length;

    const value = svg('text', { y: middle }, euros.format(revenue));
    value.style.transform = `translateX(calc(${labelWidth + 8}px + ${length}))`;

    chart.append(svg('text', { x: 0, y: middle }, product), bar, value);
  });

  return chart;
}

function svg(name, attributes, text = '') {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);

  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }

  node.textContent = text;

  return node;
}

async function downloadPDF() {
  const choice = choiceOfForm();

  pdfButton.disabled = true;

  try {
    const file = new Blob([await getMonthReport(choice.year, choice.month)], { type: 'application/pdf' });
    const monthNumber = String(MONTHS.indexOf(choice.month) + 1).padStart(2, '0');

    offer(file, `sales-report-${choice.year}-${monthNumber}.pdf`);
    showProblem('');
  } catch (error) {
    showProblem(textOf(error));
  }

  pdfButton.disabled = report.hidden;
}

function offer(file, name) {
  const link = document.createElement('a');

  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();

  // Only later, because some browsers read the file after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function fill(id, values, chosen) {
  const select = element(id);

  select.replaceChildren(...values.map((value) => new Option(value, value)));
  select.value = chosen;
}

function start() {
  const choice = choiceOfAddress();

  fill('month', MONTHS, choice.month);
  fill('year', YEARS, choice.year);

  element('choice').addEventListener('change', () => {
    const { year, month } = choiceOfForm();

    history.replaceState(null, '', `?${new URLSearchParams({ year, month })}`);
    show({ year, month });
  });
  element('choice').addEventListener('submit', (event) => event.preventDefault());
  pdfButton.addEventListener('click', downloadPDF);

  show(choice);
}

start();
