using Steering.Analysis.Experiments;
using Steering.Compilation;
using Steering.Vectors;

namespace Steering.Analysis.Erasure;

/// <summary>The residual streams of questions, from which the difference of means of one class and the others follows for every class.</summary>
internal sealed class ClassMeans
{
    private readonly Dictionary<string, DiffMean> _means;

    private ClassMeans(Dictionary<string, DiffMean> means) => _means = means;

    /// <summary>Reads questions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="site">Where its residual stream is read.</param>
    /// <param name="reduction">Tokens of a question that count.</param>
    /// <param name="questions">The questions, of two classes at least.</param>
    /// <param name="done">Receives how many were read.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public static ClassMeans Of(IExperimentModel model, string site, TokenReduction reduction, IReadOnlyList<ChoiceQuestion> questions, Action<int> done, CancellationToken cancellationToken)
    {
        var rows = new (float[] Residuals, int Tokens)[questions.Count];
        var read = 0;
        Passes.Run(questions.Count, model.Parallelism, index =>
        {
            var ids = model.Encode(questions[index].Question, addSpecialTokens: true);
            rows[index] = (model.Residuals(ids, site, CompiledPolicy.Empty), ids.Length);
            done(Interlocked.Increment(ref read));
        }, cancellationToken);
        var width = rows[0].Residuals.Length / rows[0].Tokens;
        var means = questions.Select(question => question.Class!).Distinct(StringComparer.Ordinal).ToDictionary(name => name, _ => new DiffMean(width, reduction), StringComparer.Ordinal);
        for (var index = 0; index < rows.Length; index++)
        {
            foreach (var (name, mean) in means)
            {
                if (name == questions[index].Class)
                {
                    mean.AddPositive(rows[index].Residuals, rows[index].Tokens);
                }
                else
                {
                    mean.AddNegative(rows[index].Residuals, rows[index].Tokens);
                }
            }
        }

        return new ClassMeans(means);
    }

    /// <summary>[d] mean of a class minus the mean of the others.</summary>
    public float[] Direction(string name) => [.. _means[name].Compute().Direction.ToArray()];
}
