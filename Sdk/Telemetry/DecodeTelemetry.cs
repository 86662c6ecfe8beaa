using System.Diagnostics;
using Steering.Decoding;

namespace Steering.Telemetry;

/// <summary>Reports one decoded turn.</summary>
internal sealed class DecodeTelemetry : IDisposable
{
    private readonly Activity? _activity;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _policy;
    private TimeSpan _first;
    private long _tokens;

    private DecodeTelemetry(string modelName, string policyName, DecodeRequest request)
    {
        _model = new("gen_ai.request.model", modelName);
        _policy = new("steering.policy", policyName);
        _activity = SteeringTelemetry.Source.StartActivity($"chat {modelName}");
        _activity?.SetTag("gen_ai.operation.name", "chat");
        _activity?.SetTag(_model.Key, modelName);
        _activity?.SetTag(_policy.Key, policyName);
        _activity?.SetTag("gen_ai.usage.input_tokens", request.PromptIds.Count);
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public static DecodeTelemetry Start(string modelName, string policyName, DecodeRequest request) => new(modelName, policyName, request);

    public void Token(DecodedToken token)
    {
        if (_tokens++ == 0)
        {
            _first = Elapsed;
            SteeringTelemetry.TimeToFirstToken.Record(_first.TotalSeconds, _model);
        }

        SteeringTelemetry.Tokens.Add(1, _model, _policy);
        if (!SteeringTelemetry.ActiveRows.Enabled)
        {
            return;
        }

        foreach (var site in token.Activations)
        {
            for (var row = 0; row < site.Rows.Count; row++)
            {
                if (site.Values.Span[row] != 0)
                {
                    SteeringTelemetry.ActiveRows.Add(1, _policy, new("steering.row", site.Rows[row].Label));
                }
            }
        }
    }

    public void Dispose()
    {
        if (_tokens > 1)
        {
            SteeringTelemetry.TimePerOutputToken.Record((Elapsed - _first).TotalSeconds / (_tokens - 1), _model);
        }

        _activity?.SetTag("gen_ai.usage.output_tokens", _tokens);
        _activity?.Dispose();
    }
}
