#!/bin/sh
# A stack in each account of an organization: ./create.sh BUCKET PACKAGED ACCOUNTS
# Run it in the management account or a delegated administrator's. PACKAGED is the template that `site-maintenance package`
# wrote for BUCKET. ACCOUNTS has a line for each account: its id, its organizational unit's, and its site's distributions.
set -eu
bucket=$1 packaged=$2 accounts=$3
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1

# CloudFormation in each account reads the functions' code with that account's rights.
organization=$(aws organizations describe-organization --query Organization.Id --output text)
aws s3api put-bucket-policy --bucket "$bucket" \
    --policy "$(sed "s/BUCKET/$bucket/; s/ORGANIZATION/$organization/" "$(dirname "$0")/bucket-policy.json")"

# With managed execution an operation waits for the one before. Each account needs its own
# distributions, so accounts that join the unit later get no stack by themselves.
aws cloudformation create-stack-set --stack-set-name site-maintenance --template-body "file://$packaged" \
    --capabilities CAPABILITY_IAM --permission-model SERVICE_MANAGED --auto-deployment Enabled=false \
    --managed-execution Active=true --parameters ParameterKey=Distributions,ParameterValue=set-for-each-account

while read -r account unit distributions; do
    aws cloudformation create-stack-instances --stack-set-name site-maintenance --regions us-east-1 \
        --deployment-targets "Accounts=$account,OrganizationalUnitIds=$unit,AccountFilterType=INTERSECTION" \
        --parameter-overrides "[{\"ParameterKey\": \"Distributions\", \"ParameterValue\": \"$distributions\"}]"
done <"$accounts"
