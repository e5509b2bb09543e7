import * as forms from '../target/forms';

export async function callAll() {
    return {
        plain: await forms.plain(1, 'b'),
        initialised: [await forms.initialised(1), await forms.initialised(1, 2), await forms.initialised(1, undefined)],
        optional: [await forms.optional(1), await forms.optional(1, 2)],
        maybe: [await forms.maybe(1, undefined), await forms.maybe(1, 2)],
        rest: [await forms.rest('none'), await forms.rest('some', 1, 2)],
        object: [await forms.object({ a: 1 }), await forms.object({ a: 1, b: 3 })],
        array: await forms.array([1, 2]),
        objectRest: await forms.objectRest({ a: 1, c: 2, d: 3 }),
        arrayRest: await forms.arrayRest([1, 2, 3]),
        wholeOptional: [await forms.wholeOptional(), await forms.wholeOptional({ b: 5 })],
    };
}
