const seen: string[] = [];

function logged<This, Args extends unknown[], Result>(
    method: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext,
) {
    seen.push(`${context.kind} ${String(context.name)}`);

    return function (this: This, ...args: Args): Result {
        seen.push(`called ${String(context.name)}`);

        return method.call(this, ...args);
    };
}

function doubled(_: unknown, context: ClassFieldDecoratorContext) {
    seen.push(`${context.kind} ${String(context.name)} ${context.private}`);

    return (value: number) => value * 2;
}

function watched(target: ClassAccessorDecoratorTarget<object, number>, context: ClassAccessorDecoratorContext) {
    seen.push(`${context.kind} ${String(context.name)}`);

    return {
        get(this: object) {
            return target.get.call(this) + 100;
        },
        init: (value: number) => value + 1,
    };
}

function named(name: string) {
    return <T extends new (...args: any[]) => object>(target: T, context: ClassDecoratorContext) => {
        context.addInitializer(() => seen.push(`initialised ${name}`));

        return class extends target {
            given = name;
        };
    };
}

@named('counter')
class Counter {
    @doubled count = 21;
    @doubled #hidden = 4;
    @watched accessor level = 1;
    @logged static create() {
        return new Counter();
    }

    @logged
    hidden() {
        return this.#hidden;
    }
}

export async function standardDecorators() {
    const counter = Counter.create() as Counter & { given: string };

    return [counter.count, counter.hidden(), counter.level, counter.given, seen];
}
