namespace Steering.Batching;

/// <summary>
/// How much of the prompts that wait is read beside each step of the conversations that are decoded, so that a step grows by
/// at most a share of what it costs. Of the ways that keep within it, the one that reads most tokens a second is chosen; if
/// even a single token exceeds it, one is read whenever the shares of the steps since the last have added up to its cost.
/// </summary>
/// <param name="share">What may be added to a step, as a share of it.</param>
/// <param name="mostTokens">Most tokens of a prompt in one pass.</param>
/// <param name="slots">Most rows of a step.</param>
internal sealed class PrefillPlan(double share, int mostTokens, int slots)
{
    private readonly PassCosts _costs = new(Math.Max(mostTokens, slots));
    private double _saved;

    /// <summary>Notes what a pass took.</summary>
    /// <param name="positions">Rows times tokens of a row.</param>
    /// <param name="seconds">Its time.</param>
    public void Took(int positions, double seconds) => _costs.Add(positions, seconds);

    /// <summary>What to read beside the next step.</summary>
    /// <param name="decoding">Conversations that are decoded, at least 1.</param>
    /// <param name="prompts">Prompts that wait to be read, at least 1.</param>
    public PrefillWork Next(int decoding, int prompts)
    {
        if (!_costs.IsKnown)
        {
            return new PrefillWork(0, decoding < slots ? 1 : 0);
        }

        var step = _costs.Of(decoding);
        var (best, rate) = (default(PrefillWork), 0.0);
        var (single, price) = (default(PrefillWork), double.PositiveInfinity);
        for (var riders = 1; riders <= Math.Min(prompts, slots - decoding); riders++)
        {
            // More rows are never cheaper; measured so, they are as dear.
            Weigh(new PrefillWork(0, riders), riders, Math.Max(0, _costs.Of(decoding + riders) - step));
        }

        for (var tokens = 1; tokens <= mostTokens; tokens++)
        {
            Weigh(new PrefillWork(tokens, 0), tokens, _costs.Of(tokens));
        }

        if (rate > 0)
        {
            _saved = 0;
            return best;
        }

        _saved += share * step;
        if (_saved < price)
        {
            return default;
        }

        _saved -= price;
        return single;

        void Weigh(PrefillWork work, int tokens, double cost)
        {
            if (cost <= share * step && tokens / (step + cost) > rate)
            {
                (best, rate) = (work, tokens / (step + cost));
            }

            if (tokens == 1 && cost < price)
            {
                (single, price) = (work, cost);
            }
        }
    }
}

/// <summary>What is read of waiting prompts beside one step of the conversations that are decoded; at most one of the two is not 0.</summary>
/// <param name="Chunk">Tokens of one prompt, in a pass of their own.</param>
/// <param name="Riders">Prompts of which one token each rides in the step, as a row of its batch.</param>
internal readonly record struct PrefillWork(int Chunk, int Riders);
