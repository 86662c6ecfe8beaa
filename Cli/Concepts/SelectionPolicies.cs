using System.Globalization;
using Steering.Analysis.Selection;
using Steering.Concepts;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Cli.Concepts;

/// <summary>Policies of chosen features and of their controls.</summary>
/// <param name="sae">Id of the SAE.</param>
/// <param name="kind">What is done with features.</param>
/// <param name="strength">Strength of attenuate.</param>
/// <param name="exponent">Exponent of attenuate.</param>
/// <param name="floor">Floor of attenuate.</param>
/// <param name="tau">Half width of a range.</param>
/// <param name="prior">Priors of attenuate.</param>
internal sealed class SelectionPolicies(string sae, ConceptOperator kind, float strength, float exponent, float floor, float tau, ConceptPrior prior)
{
    /// <summary>Writes the policy of rows; random directions are projected out, one each.</summary>
    /// <param name="path">The file; its name is the policy's.</param>
    /// <param name="rows">The rows, at least one.</param>
    /// <param name="description">What was chosen.</param>
    public void Save(string path, IReadOnlyList<SelectedRow> rows, string description)
    {
        var (statistics, concept) = (rows[0].Statistics, rows[0].Concept);
        (SteeringPolicy.Create(Path.GetFileNameWithoutExtension(path)) with
        {
            Description = description,
            Interventions = rows[0].Latent is null
                ? [.. rows.Select(row => new Intervention { Target = Direction.At(statistics.Origin.Site, row.Push!.Direction.Span), Operator = new AblateOperator() })]
                : [Features(statistics, concept, new FeatureTarget { Sae = sae, Features = [.. rows.Select(row => row.Latent!.Value)] })],
        }).Save(path);
    }

    /// <summary>The file of a control's policy beside that of the features.</summary>
    public static string Beside(string path, ControlKind control) =>
        Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}.{ControlOption.Word(control)}{Path.GetExtension(path)}"));

    private Intervention Features(ConceptStatistics statistics, int concept, FeatureTarget target) => kind switch
    {
        ConceptOperator.Attenuate => ConceptInterventions.Attenuate(statistics, concept, target, prior, strength, exponent, floor),
        ConceptOperator.RangeMask => ConceptInterventions.RangeMask(statistics, concept, target, tau),
        ConceptOperator.Dampen => ConceptInterventions.Dampen(statistics, concept, target, tau),
        ConceptOperator.FullMask => new Intervention { Target = target, Operator = new FullMaskOperator() },
        _ => new Intervention { Target = target, Operator = new AblateOperator() },
    };
}
