// Packages that are published as CommonJS. Each function answers the same here and in Node.
import BigNumber from 'bignumber.js';
import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc.js';
import equal from 'fast-deep-equal';
import lodash from 'lodash';
import ms from 'ms';
import qs from 'qs';
import React, { createElement, useMemo, useState } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import semver, { satisfies } from 'semver';

export async function msText() {
    return [ms('2 days'), ms(60000, { long: true })];
}

export async function semverRanges() {
    return [satisfies('1.2.3', '^1.0.0'), semver.inc('1.2.3', 'minor'), semver.sort(['2.0.0', '1.10.0', '1.9.0'])];
}

export async function lodashChain() {
    const people = [{ name: 'b', age: 2 }, { name: 'a', age: 1 }];

    return [lodash.chain(people).sortBy('age').map('name').value(), lodash.template('hi <%= name %>')({ name: 'x' })];
}

export async function react() {
    function Counter({ start, children }) {
        const [count] = useState(start);
        const double = useMemo(() => count * 2, [count]);

        return createElement('p', { className: 'c' }, count, '/', double, children);
    }

    return [renderToStaticMarkup(createElement(Counter, { start: 2 }, createElement('b', null, '<'))), React.version];
}

export async function dayjsDates() {
    dayjs.extend(utc);

    return dayjs.utc('2024-02-28T12:00:00Z').add(2, 'day').format('YYYY-MM-DD HH:mm');
}

export async function bigNumbers() {
    return [new BigNumber('0.1').plus('0.2').toString(), new BigNumber(2).pow(100).toFixed()];
}

export async function deepEqual() {
    return [equal({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), equal([1], [2])];
}

export async function queryStrings() {
    return [qs.parse('a[b]=c&d[]=1&d[]=2'), qs.stringify({ a: { b: 'c d' } })];
}
