# CloudFormation makes the stack. Terraform gives its parameters and keeps its windows.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

# CloudFront takes Lambda@Edge functions from this Region only.
provider "aws" {
  region = "us-east-1"
}

resource "aws_cloudformation_stack" "maintenance" {
  name          = var.stack_name
  template_body = file("${path.module}/packaged.json")
  capabilities  = ["CAPABILITY_IAM"]

  parameters = {
    Distributions   = var.distributions
    Engine          = var.engine
    SwitchParameter = var.switch_parameter
    TimeZone        = var.time_zone
    AlarmTopicArn   = var.alarm_topic_arn
  }
}

# A window is a parameter. The switch itself is no resource: an apply would undo what the person on
# call has written at night.
resource "aws_ssm_parameter" "window" {
  for_each = var.windows

  name  = "${var.switch_parameter}/windows/${each.key}"
  type  = "String"
  value = each.value
}
