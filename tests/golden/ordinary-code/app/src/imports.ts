// Every form of an import.
import def, * as ns from './things';
import { one, one as uno } from './things';
import * as all from './things';
import './effect';

import table from './table.json' with { type: 'json' };

const later = await import('./things');
const here = import.meta.url;

export async function namespaceImport() {
    return [Object.keys(all), def, ns.one];
}

export async function sideEffect() {
    return (globalThis as { effect?: string }).effect;
}

export async function attribute() {
    return table.value;
}

export async function topLevelImport() {
    return [later.default, later.one];
}

export async function importMeta() {
    return [here, import.meta.url === here];
}

export async function twoNames() {
    return [one, uno, one === uno];
}
