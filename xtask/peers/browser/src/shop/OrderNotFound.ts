import { NotFound } from 'jitar';

export default class OrderNotFound extends NotFound {
    constructor(readonly id: string) {
        super(`There is no order '${id}'`);
    }
}
