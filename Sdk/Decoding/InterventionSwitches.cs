using Steering.Compilation;
using Steering.Policies;

namespace Steering.Decoding;

/// <summary>
/// Decides between forward passes which interventions act: by span, by a gate latched on the prompt, or by the
/// application's callback. Gates on the current token need no decision here; they run in the graph.
/// </summary>
internal sealed class InterventionSwitches
{
    private readonly CompiledPolicy _policy;
    private readonly IRowSwitches[] _sites;
    private readonly GateCallback?[] _callbacks;
    private readonly bool[] _latched;

    /// <param name="policy">The policy in force.</param>
    /// <param name="sites">Switches on the rows of <see cref="CompiledPolicy.Sites"/>, in that order.</param>
    /// <param name="callbacks">The application's decisions by name.</param>
    /// <exception cref="SteeringException">A callback that the policy names was not given.</exception>
    public InterventionSwitches(CompiledPolicy policy, IRowSwitches[] sites, IReadOnlyDictionary<string, GateCallback> callbacks)
    {
        _policy = policy;
        _sites = sites;
        _latched = new bool[policy.Interventions.Count];
        _callbacks = [.. policy.Interventions.Select(intervention => Find(intervention, callbacks))];
    }

    /// <summary>Whether any intervention is latched on the prompt, so that the prompt's activations are needed.</summary>
    public bool NeedsPromptActivations => _policy.Interventions.Any(intervention => intervention.LatchRow is not null);

    /// <summary>Whether a callback wants to see the activations of the latest position.</summary>
    public bool HasCallbacks => Array.Exists(_callbacks, callback => callback is not null);

    /// <summary>Takes over latches that the previous policy closed, by name of intervention.</summary>
    public void InheritLatches(InterventionSwitches previous)
    {
        for (var index = 0; index < _latched.Length; index++)
        {
            for (var earlier = 0; earlier < previous._latched.Length; earlier++)
            {
                if (string.Equals(_policy.Interventions[index].Name, previous._policy.Interventions[earlier].Name, StringComparison.Ordinal))
                {
                    _latched[index] = previous._latched[earlier];
                }
            }
        }
    }

    /// <summary>Looks at a chunk of the prompt's activations and latches what exceeds its threshold.</summary>
    /// <param name="site">Index into the policy's sites.</param>
    /// <param name="activations">[S, M] of that site, from the policy's first row on.</param>
    /// <param name="rows">M, the distance from one position to the next.</param>
    /// <param name="firstPosition">Position of the chunk's first token.</param>
    public void ObservePrompt(int site, ReadOnlySpan<float> activations, int rows, int firstPosition)
    {
        for (var index = 0; index < _latched.Length; index++)
        {
            var intervention = _policy.Interventions[index];
            if (intervention.LatchRow is not { } latch || latch.Site != site)
            {
                continue;
            }

            var skip = Math.Max(0, intervention.LatchFirstPosition - firstPosition);
            for (var offset = (skip * rows) + latch.Row; offset < activations.Length && !_latched[index]; offset += rows)
            {
                _latched[index] = activations[offset] > intervention.LatchThreshold;
            }
        }
    }

    /// <summary>Sets the rows for the next forward pass.</summary>
    public void Set(bool isPrompt, int generatedTokens, int lastTokenId, ReadOnlySpan<float[]> latestActivations)
    {
        for (var index = 0; index < _policy.Interventions.Count; index++)
        {
            var intervention = _policy.Interventions[index];
            var acts = intervention.Span == InterventionSpan.Both || (intervention.Span == InterventionSpan.Prompt) == isPrompt;
            acts &= intervention.LatchRow is null || (!isPrompt && _latched[index]);
            if (acts && _callbacks[index] is { } callback)
            {
                var site = intervention.Rows[0].Site;
                ReadOnlySpan<float> activations = latestActivations.IsEmpty ? [] : latestActivations[site];
                acts = callback(new GateContext(isPrompt, generatedTokens, lastTokenId, activations));
            }

            // By index: an enumerator over the interface would be allocated for every token.
            for (var row = 0; row < intervention.Rows.Count; row++)
            {
                var address = intervention.Rows[row];
                _sites[address.Site].Switch(address.Row, acts);
            }
        }
    }

    private static GateCallback? Find(CompiledIntervention intervention, IReadOnlyDictionary<string, GateCallback> callbacks)
    {
        if (intervention.Callback is not { } name)
        {
            return null;
        }

        return callbacks.TryGetValue(name, out var callback)
            ? callback
            : throw new SteeringException($"Intervention '{intervention.Name}' waits for the gate callback '{name}', and the application gave {(callbacks.Count == 0 ? "none" : string.Join(", ", callbacks.Keys.Order(StringComparer.Ordinal)))}. Register it, or choose another gate.");
    }
}
