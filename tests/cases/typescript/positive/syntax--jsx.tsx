export const A = (p: { n: number }) => <p>{p.n</p>;
