#!/bin/sh
# The closest open tool's way: a CloudFront Function at the default behavior only, with the AWS CLI and jq.
# toggle_default.sh DISTRIBUTION_ID FUNCTION_ARN
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
aws cloudfront get-distribution-config --id "$1" >"$folder/current.json"
jq --arg arn "$2" '
    .DistributionConfig
    | .DefaultCacheBehavior.FunctionAssociations =
        {Quantity: 1, Items: [{EventType: "viewer-request", FunctionARN: $arn}]}
' "$folder/current.json" >"$folder/changed.json"
aws cloudfront update-distribution --id "$1" --if-match "$(jq -r .ETag "$folder/current.json")" \
    --distribution-config "file://$folder/changed.json" >/dev/null
