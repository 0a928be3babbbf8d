type Deep<T> = { [K in keyof T]?: T[K] extends object ? Deep<T[K]> : T[K] };
abstract class A<const T extends readonly unknown[]> {
  constructor(private readonly x: T, protected y?: number) {}
  abstract f(this: A<T>): asserts this is A<T>;
  declare z: string;
}
enum E { a = 1 << 2, b }
const cast = <number>(<unknown>"1");
const v = { a: 1 } satisfies Deep<{ a: number }>;
declare module "m" { export function f(x: string): void; }
function over(x: string): void;
function over(x: unknown) { using _ = x as Disposable; }
