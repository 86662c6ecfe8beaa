using Steering.Compilation;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;

namespace Steering.Decoding;

/// <summary>
/// Decides between forward passes which interventions act: by span, by a gate latched on the prompt, by the
/// application's callback, or by whether a reasoning step ends. Gates on the current token need no decision here; they run in the graph.
/// </summary>
internal sealed class InterventionSwitches
{
    private readonly CompiledPolicy _policy;
    private readonly IRowSwitches[] _sites;
    private readonly GateCallback?[] _callbacks;
    private readonly bool[] _latched;
    private readonly bool[] _acts;
    private readonly StepBoundaries? _steps;
    private readonly int[] _promptSteps = [];
    private readonly int _promptLength;

    /// <param name="policy">The policy in force.</param>
    /// <param name="sites">Switches on the rows of <see cref="CompiledPolicy.Sites"/>, in that order.</param>
    /// <param name="callbacks">The application's decisions by name.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="prompt">The tokens before the completion.</param>
    /// <exception cref="SteeringException">A callback that the policy names was not given, or the model has no tokenizer and the policy needs one.</exception>
    public InterventionSwitches(CompiledPolicy policy, IRowSwitches[] sites, IReadOnlyDictionary<string, GateCallback> callbacks, ModelTokenizer tokenizer, int[] prompt)
    {
        _policy = policy;
        _sites = sites;
        _latched = new bool[policy.Interventions.Count];
        _acts = new bool[policy.Interventions.Count];
        _promptLength = prompt.Length;
        _callbacks = [.. policy.Interventions.Select(intervention => Find(intervention, callbacks))];
        if (policy.Interventions.Any(intervention => intervention.AtStepEnds))
        {
            _steps = new StepBoundaries(tokenizer);
            _promptSteps = _steps.AppendAll(prompt);
        }
    }

    /// <summary>Whether any intervention is latched on the prompt, so that the prompt's activations are needed.</summary>
    public bool NeedsPromptActivations => _policy.Interventions.Any(intervention => intervention.LatchRow is not null);

    /// <summary>Whether a callback wants to see the activations of the latest position.</summary>
    public bool HasCallbacks => Array.Exists(_callbacks, callback => callback is not null);

    /// <summary>Whether some tokens of the prompt need other switches than their neighbours.</summary>
    private bool DividesPrompt => _promptSteps.Length > 0 && _policy.Interventions.Any(intervention => intervention.AtStepEnds && intervention.Span != InterventionSpan.Completion);

    /// <summary>Takes over what the previous policy knows of the turn: latches that it closed, by name of intervention, and the completion so far.</summary>
    public void Inherit(InterventionSwitches previous, IReadOnlyList<int> completion)
    {
        _steps?.AppendAll(completion);
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

    /// <summary>Sets the rows that wait for the end of a step for some of the prompt's tokens.</summary>
    /// <param name="position">Position of the first of them.</param>
    /// <param name="most">Largest number of them.</param>
    /// <returns>How many tokens from there on the switches are right for.</returns>
    public int SetSteps(int position, int most)
    {
        if (!DividesPrompt)
        {
            return most;
        }

        var next = Array.BinarySearch(_promptSteps, position);
        var ends = next >= 0;
        for (var index = 0; index < _acts.Length; index++)
        {
            if (_policy.Interventions[index].AtStepEnds)
            {
                Switch(index, _acts[index] && ends);
            }
        }

        return ends ? 1 : ~next < _promptSteps.Length ? Math.Min(most, _promptSteps[~next] - position) : most;
    }

    /// <summary>Sets the rows for the next forward pass. Of the prompt's tokens, the rows that wait for the end of a step rest until <see cref="SetSteps"/>.</summary>
    public void Set(bool isPrompt, int generatedTokens, int lastTokenId, ReadOnlySpan<float[]> latestActivations)
    {
        var ends = !isPrompt && _steps is not null && EndsStep(_promptLength + generatedTokens - 1, lastTokenId);
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

            _acts[index] = acts;
            Switch(index, acts && (ends || !intervention.AtStepEnds));
        }
    }

    private void Switch(int index, bool acts)
    {
        // By index: an enumerator over the interface would be allocated for every token.
        var rows = _policy.Interventions[index].Rows;
        for (var row = 0; row < rows.Count; row++)
        {
            _sites[rows[row].Site].Switch(rows[row].Row, acts);
        }
    }

    /// <summary>Reads the token at a position; one that was read before may have been taken back meanwhile.</summary>
    private bool EndsStep(int position, int token)
    {
        _steps!.Truncate(position);
        return _steps.Append(token);
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

/// <summary>The rows of one site that can be opened and closed between forward passes.</summary>
internal interface IRowSwitches
{
    /// <summary>Opens or closes a row: closed, it only watches.</summary>
    /// <param name="row">Row index m of the policy's program at that site.</param>
    /// <param name="on">Whether it acts.</param>
    void Switch(int row, bool on);
}

/// <summary>Room kept at a site for rows that are plugged in later; neutral until then.</summary>
/// <param name="Site">Site name.</param>
/// <param name="Rows">Number of rows in all, those of the first policy included.</param>
/// <param name="Encoder">The encoder that later rows will compete in, or null.</param>
public sealed record RowReservation(string Site, int Rows, CompetingEncoder? Encoder = null);
