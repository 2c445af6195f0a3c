// Opens pages in Chromium as readers do, and prints one line of JSON a case: {"name", "problems"}.
//
// usage: node browser.mjs CHROMIUM PLAYWRIGHT-CORE PAGE...
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , executablePath, library, ...pages] = process.argv;
const { chromium } = createRequire(import.meta.url)(library);
const A4_PRINTABLE = 718; // CSS pixels between margins of 1 cm

function report(name, problems) {
    console.log(JSON.stringify({ name, problems: problems.slice(0, 20) }));
}

// A page, and what it did that it should not do: errors, requests for anything but itself.
async function open(browser, path, colorScheme) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    const misdeeds = [];
    const own = pathToFileURL(path).href;
    page.on('console', message => ['error', 'warning'].includes(message.type()) && misdeeds.push(`console: ${message.text()}`));
    page.on('pageerror', error => misdeeds.push(`error: ${error.message}`));
    page.on('request', request => {
        const url = request.url();
        if (url.split('#')[0] !== own && !url.startsWith('data:')) {
            misdeeds.push(`request: ${url}`);
        }
    });
    await page.goto(own, { waitUntil: 'load' });
    return { page, misdeeds, context };
}

// Rows of a table in the order shown: what its column sorts by.
const column = (table, index) =>
    table.evaluate((element, i) => [...element.tBodies[0].rows].map(row => {
        const value = row.cells[i].getAttribute('data-v');
        return value === null ? row.cells[i].textContent : Number(value);
    }), index);

function isOrdered(values, sign) {
    const collator = new Intl.Collator(undefined, { numeric: true });
    return values.every((value, i) => {
        if (i === 0) {
            return true;
        }
        const before = values[i - 1];
        const order = typeof value === 'number' && typeof before === 'number'
            ? before - value : collator.compare(String(before), String(value));
        return sign * order <= 0;
    });
}

async function sorts(page) {
    const problems = [];
    const tables = await page.$$('table');
    let tried = 0;
    for (const [t, table] of tables.slice(0, 4).entries()) {
        const buttons = await table.$$('th button');
        for (let i = 0; i < Math.min(buttons.length, 4); i++) {
            for (const [sign, name] of [[1, 'ascending'], [-1, 'descending']]) {
                await buttons[i].click();
                const values = await column(table, i);
                tried += values.length > 1 ? 1 : 0;
                if (!isOrdered(values, sign)) {
                    problems.push(`table ${t}, column ${i} is not ${name}: ${values.slice(0, 8).join(' | ')}`);
                }
                const said = await buttons[i].evaluate(button => button.parentElement.getAttribute('aria-sort'));
                if (said !== name) {
                    problems.push(`table ${t}, column ${i} says ${said}, expected ${name}`);
                }
            }
        }
    }
    return tables.length > 0 && tried === 0 && await page.$('tbody tr + tr') ? ['nothing was sorted'] : problems;
}

// The value below the pointer, at the first, the middle and the last place of each picture that has some.
async function hovers(page) {
    const problems = [];
    for (const [f, figure] of (await page.$$('figure')).entries()) {
        const places = await figure.$$('.hv rect');
        for (const place of [places[0], places[places.length >> 1], places[places.length - 1]].filter(Boolean)) {
            await place.scrollIntoViewIfNeeded();
            const box = await place.boundingBox();
            const x = box.x + box.width / 2, y = box.y + box.height / 2;
            await page.mouse.move(x, y);
            // Places may lie over one another: what counts is the topmost.
            const expected = await page.evaluate(([px, py]) => document.elementFromPoint(px, py)?.getAttribute('data-t'), [x, y]);
            const tip = await page.$eval('#tip', element => {
                const rect = element.getBoundingClientRect();
                return {
                    text: element.textContent, shown: getComputedStyle(element).display !== 'none',
                    whole: rect.left >= 0 && rect.top >= 0 && rect.right <= innerWidth && rect.bottom <= innerHeight,
                };
            });
            if (!expected || !tip.shown || tip.text !== expected || !tip.whole) {
                problems.push(`figure ${f}: below the pointer ${JSON.stringify(expected)}, told ${JSON.stringify(tip)}`);
            }
        }
    }
    await page.mouse.move(2, 2);
    return problems;
}

// Letters of pictures that stand out of their picture or out of what clips them, and content wider than the page.
const clipped = page => page.evaluate(() => {
    const problems = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
        problems.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${width}`);
    }
    for (const text of document.querySelectorAll('figure text')) {
        // The picture, not its figure: where the window is narrow, a figure scrolls.
        const svg = text.closest('figure').querySelector('svg');
        const rect = text.getBoundingClientRect(), frame = svg.getBoundingClientRect();
        const scale = frame.width / svg.viewBox.baseVal.width;
        const slack = 2.5 * Math.max(scale, 0.2) + 1; // fonts are not the same to the pixel
        if (rect.left < frame.left - slack || rect.right > frame.right + slack || rect.top < frame.top - slack ||
            rect.bottom > frame.bottom + slack) {
            problems.push(`"${text.textContent}" stands out of its picture by ` +
                Math.max(frame.left - rect.left, rect.right - frame.right, frame.top - rect.top, rect.bottom - frame.bottom).toFixed(1));
        }
    }
    return problems;
});

// On paper nothing scrolls: whatever is wider than its box is lost.
const lostOnPaper = page => page.evaluate(() => [...document.querySelectorAll('body *')]
    .filter(element => !element.closest('svg') && !element.closest('#tip') && element.clientWidth > 0 &&
        (element.scrollWidth > element.clientWidth + 1 || element.getBoundingClientRect().right > innerWidth + 1))
    .map(element => `<${element.tagName.toLowerCase()}> is cut: ${element.textContent.trim().slice(0, 60)}`));

async function prints(page) {
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: A4_PRINTABLE, height: 1000 });
    const problems = [...await clipped(page), ...await lostOnPaper(page)];
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    if (paper !== 'rgb(255, 255, 255)') {
        problems.push(`paper is ${paper}`);
    }
    const pdf = await page.pdf({ format: 'A4', margin: { top: '1cm', bottom: '1cm', left: '1cm', right: '1cm' } });
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    if (pdf.length < 5000 || !pdf.toString('latin1').startsWith('%PDF') || sheets < 1) {
        problems.push(`a PDF of ${pdf.length} bytes and ${sheets} sheets`);
    }
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize({ width: 1200, height: 900 });
    return problems;
}

const luminance = colour => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;

async function colours(page, colorScheme) {
    const [ink, paper] = await page.evaluate(() => {
        const style = getComputedStyle(document.body);
        return [style.color, style.backgroundColor];
    });
    const isDark = luminance(paper) < 0.3 && luminance(ink) > 0.7, isLight = luminance(paper) > 0.9 && luminance(ink) < 0.3;
    return (colorScheme === 'dark' ? isDark : isLight) ? [] : [`${ink} on ${paper}`];
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
for (const path of pages) {
    const name = basename(path);
    for (const colorScheme of ['light', 'dark']) {
        const { page, misdeeds, context } = await open(browser, path, colorScheme);
        const problems = { shows: await colours(page, colorScheme), hovers: await hovers(page), sorts: await sorts(page) };
        problems.shows.push(...await clipped(page));
        await page.setViewportSize({ width: 390, height: 800 });
        problems.shows.push(...(await clipped(page)).map(problem => `on a telephone: ${problem}`));
        await page.setViewportSize({ width: 1200, height: 900 });
        if (await page.$('a[href="#first-error"]')) {
            await page.click('a[href="#first-error"]');
            const top = await page.$eval('#first-error', element => element.getBoundingClientRect().top);
            problems.shows.push(...(top < 900 ? [] : [`the first error is ${top} below`]));
        }
        report(`${name}, ${colorScheme}: shows everything in its colours`, problems.shows);
        report(`${name}, ${colorScheme}: tells values below the pointer`, problems.hovers);
        report(`${name}, ${colorScheme}: sorts its tables`, problems.sorts);
        report(`${name}, ${colorScheme}: prints`, await prints(page));
        report(`${name}, ${colorScheme}: neither errors nor requests`, misdeeds);
        await context.close();
    }
    report(`${name}: below 3 MB`, statSync(path).size < 3000000 ? [] : [`${statSync(path).size} bytes`]);
}
await browser.close();
