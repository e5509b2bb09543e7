import classic, { early, late, missing } from 'classic';
import * as classicNamespace from 'classic';
import compiled, { named, rest } from 'compiled';
import rolled, { added } from 'function-export';
import { production } from 'environment';
import data from 'classic/data.json';
import { fromModule } from 'dual';

export async function names() {
    return [
        early,
        late(),
        missing ?? 'missing',
        Object.keys(classicNamespace),
        classic === classicNamespace.default,
        named,
        rest,
        compiled.default,
        rolled('x'),
        added,
        data.value,
        production,
        fromModule,
    ];
}
