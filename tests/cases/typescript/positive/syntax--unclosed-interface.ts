interface User {
  name: string;
  age: number

function greet(user: User): string {
  return user.name;
}
