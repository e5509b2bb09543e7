import { isEven, calls } from './even';
import { settings } from './settings';

export async function start(value: number) {
    const before = calls;

    return [isEven(value), calls - before, settings.name, settings.late];
}
