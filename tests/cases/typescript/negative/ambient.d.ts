declare const version: string;
declare class A { constructor(x: number); f(): void }
export { A };
