output "switch_parameter" {
  description = "Write on or off to it."
  value       = aws_cloudformation_stack.maintenance.outputs["SwitchParameter"]
}

output "state_bucket" {
  description = "Bucket of your page, under page/."
  value       = aws_cloudformation_stack.maintenance.outputs["StateBucket"]
}
