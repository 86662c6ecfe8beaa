using System.Globalization;
using Steering.Compilation;
using Steering.Models;

namespace Steering.Analysis.Detoxification;

/// <summary>What a policy costs on clean texts: their perplexity under the steered model.</summary>
internal sealed class CleanCost
{
    private readonly ForwardPass _pass;
    private readonly IReadOnlyList<DetoxSequence> _texts;

    /// <param name="pass">The model.</param>
    /// <param name="texts">Clean texts.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    public CleanCost(ForwardPass pass, IReadOnlyList<DetoxSequence> texts, CancellationToken cancellationToken)
    {
        (_pass, _texts) = (pass, texts);
        Unsteered = Loss(CompiledPolicy.Empty, cancellationToken);
        if (!double.IsFinite(Unsteered))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The loss of the clean texts under the unsteered model is {Unsteered}, so nothing can be compared with it. Give text of the kind that the model knows."));
        }
    }

    /// <summary>Mean loss without a policy, in nats a token.</summary>
    public double Unsteered { get; }

    /// <summary>Relative rise of perplexity: exp(loss − unsteered loss) − 1.</summary>
    public double Rise(CompiledPolicy policy, CancellationToken cancellationToken) => Math.Exp(Loss(policy, cancellationToken) - Unsteered) - 1;

    private double Loss(CompiledPolicy policy, CancellationToken cancellationToken)
    {
        var (loss, tokens) = (0.0, 0);
        foreach (var text in _texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = _pass.Run(text.Ids, policy);
            for (var position = text.TextFrom; position < text.Ids.Length; position++)
            {
                loss += result.LossAt(position - 1, text.Ids[position]);
                tokens++;
            }
        }

        return loss / tokens;
    }
}
