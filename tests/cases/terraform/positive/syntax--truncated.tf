resource "aws_ecs_task_definition" "this" {
  family = "web"
  container_definitions = jsonencode([
    {
      name = "web"
      logConfiguration = {
        logDriver = "awslogs" # here
