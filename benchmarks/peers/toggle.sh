#!/bin/sh
# What people write instead: attach a function to every behavior with the AWS CLI and jq.
# toggle.sh DISTRIBUTION_ID FUNCTION_VERSION_ARN
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
aws cloudfront get-distribution-config --id "$1" >"$folder/current.json"
jq --arg arn "$2" '
    {Quantity: 1, Items: [{EventType: "viewer-request", LambdaFunctionARN: $arn, IncludeBody: false}]} as $ours
    | .DistributionConfig
    | .DefaultCacheBehavior.LambdaFunctionAssociations = $ours
    | (.CacheBehaviors.Items[]?.LambdaFunctionAssociations) = $ours
' "$folder/current.json" >"$folder/changed.json"
aws cloudfront update-distribution --id "$1" --if-match "$(jq -r .ETag "$folder/current.json")" \
    --distribution-config "file://$folder/changed.json" >/dev/null
