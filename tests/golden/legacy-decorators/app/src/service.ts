import { metadataOf } from './metadata';
import { Clock } from './clock';
import type { Unused } from './clock';

const seen: string[] = [];

const note =
    (name: string) =>
    (target: object, key?: string | symbol, descriptor?: PropertyDescriptor | number): any => {
        seen.push(`${name} ${typeof target} ${String(key)} ${typeof descriptor}`);
    };

function upper(_: object, __: string, descriptor: PropertyDescriptor) {
    const method = descriptor.value;
    descriptor.value = function (...args: unknown[]) {
        return String(method.apply(this, args)).toUpperCase();
    };
}

@note('class')
class Service {
    @note('field') count: number = 1;
    @note('static field') static made?: Date;

    constructor(
        @note('parameter') private readonly clock: Clock,
        readonly options: { zone: string } = { zone: 'utc' },
    ) {}

    @note('method')
    @upper
    greet(@note('argument') name: string, _unused?: Unused): string {
        return `${name} at ${this.clock.hour} ${this.options.zone}`;
    }

    @note('getter')
    get total(): number {
        return this.count + 1;
    }
}

export async function legacyDecorators(name: string) {
    const service = new Service(new Clock());

    return [service.greet(name), service.total, seen];
}

export async function decoratorMetadata() {
    return metadataOf(Service);
}
