"""
The questions: 1 to 10 are those that AWS's documentation leaves open, the others are our own.

They are asked in this order: what writes to the distribution again and again comes last.
"""

from live_check.question import Question
from live_check.questions import (
    associations,
    edge,
    events,
    functions,
    idle,
    listing,
    parameters,
    prices,
    rate,
    schedules,
    standby,
    store,
    switching,
)

OF_THE_PROBE = (
    Question(
        16,
        "Do the metrics of a queue stop that holds a message and is not used?",
        idle.leave_message,
    ),
    Question(
        5,
        "Does a same-value PutParameter emit an Update event; how late are events?",
        events.parameter_events,
    ),
    Question(
        6,
        "Does CloudFormation rewrite a parameter's Value when only its Description changes?",
        parameters.description_only_update,
    ),
    Question(
        15,
        "Does Scheduler delete a one-time schedule that is moved in the second in which it fires?",
        schedules.move_when_fired,
    ),
    Question(
        8,
        "Does aws-sdk:ssm:putParameter work as a universal target of a schedule, end to end?",
        parameters.universal_target,
    ),
    Question(10, "What do the items of the cost table cost here?", prices.price_list),
    Question(
        12,
        "Does a parameter keep an AllowedPattern that a later PutParameter does not name?",
        parameters.allowed_pattern,
    ),
    Question(
        1,
        "What does CloudFront answer to forbidden combinations and places of edge functions?",
        associations.refusals,
    ),
    Question(
        2,
        "Are the 40 KB counted on base64 text or decoded bytes; is a generated page compressed?",
        edge.size_limit,
    ),
    Question(
        3,
        "Do custom error pages and response headers policies apply to a generated 503?",
        edge.policies,
    ),
    Question(
        11,
        "How long does a key value store need to reach an edge; does a key go missing on the way?",
        store.propagation,
    ),
    Question(17, "What does UpdateKeys answer where AWS documents no rule?", store.update_rules),
    Question(
        18,
        "How many reads may a CloudFront Function make, and what do they use of its time?",
        functions.reads,
    ),
    Question(19, "How large may the answer of a CloudFront Function be?", functions.size_limit),
    Question(
        20,
        "Do error pages and headers policies apply to a function's 503; what does HEAD get?",
        functions.policies,
    ),
    Question(
        21, "Does a closure of an async function lose a variable, as on njs?", functions.closures
    ),
    Question(
        22,
        "How long does a publish need; is the distribution InProgress in between?",
        functions.publishing,
    ),
    Question(
        4,
        "What comes before viewer-request: redirect-to-https, signed URLs, methods, geography?",
        edge.order,
    ),
)

OF_THE_PRODUCT = (
    Question(
        7,
        "How long from the switch to Deployed, for attach and detach; is all as before afterwards?",
        switching.there_and_back,
    ),
    Question(
        13,
        "Does an invocation that failed on every try arrive in the dead letters?",
        switching.dead_letter,
    ),
    Question(14, "Does ListDistributions lag behind UpdateDistribution?", listing.lag),
    Question(
        23,
        "How long from the switch to the edge with Engine=standby; what does its function use?",
        standby.there_and_back,
    ),
    Question(9, "How many UpdateDistribution calls does CloudFront accept?", rate.sustainable),
)
