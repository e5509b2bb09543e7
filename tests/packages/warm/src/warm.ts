// Packages that a snapshot must hold: nothing of what they do at their top level depends on the machine or on time.
import * as dates from 'date-fns';
import { produce } from 'immer';
import lodash, { camelCase } from 'lodash-es';
import { marked } from 'marked';
import { z } from 'zod';

const Order = z.object({ title: z.string(), day: z.iso.date() });

/** Uses each of them. */
export default async function warm(title: string) {
    const order = Order.parse({ title, day: '2024-02-28' });
    const later = produce(order, (draft) => { draft.day = dates.formatISO(dates.addDays(order.day, 2), { representation: 'date' }); });

    return [camelCase(title), lodash.chunk([1, 2, 3], 2), await marked.parse(`*${title}*`), later];
}
