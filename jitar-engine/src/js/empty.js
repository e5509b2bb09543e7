// What packages import that say in their `package.json` that they do without it where there is no Node.

export default {};
