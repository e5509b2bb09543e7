const { default: name } = await import("./name.ts");
export const settings = {
    name,
    late: await Promise.resolve('late')
};
