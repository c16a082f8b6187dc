variable "distributions" {
  description = "Ids and alias patterns of the site's distributions, comma separated."
  type        = string
}

variable "engine" {
  description = "How to close the site: attach, or standby, which needs standby/distribution.tf."
  type        = string
  default     = "attach"
}

variable "stack_name" {
  description = "Name of the stack. A second site needs another name and another switch."
  type        = string
  default     = "site-maintenance"
}

variable "switch_parameter" {
  description = "Name of the switch in SSM Parameter Store."
  type        = string
  default     = "/site/maintenance"
}

variable "time_zone" {
  description = "IANA time zone for times without an offset."
  type        = string
  default     = "UTC"
}

variable "alarm_topic_arn" {
  description = "SNS topic of the alarms, or nothing."
  type        = string
  default     = ""
}

variable "windows" {
  description = "Maintenance windows by name, as docs/windows.md describes them."
  type        = map(string)
  default     = {}
}
