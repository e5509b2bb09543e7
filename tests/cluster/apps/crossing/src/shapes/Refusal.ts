import { Forbidden } from 'jitar';

/** Listed in a segment: crosses as itself. */
export class Refusal extends Forbidden {
    reason: string;

    constructor(message: string, reason: string) {
        super(message);
        this.reason = reason;
    }
}
