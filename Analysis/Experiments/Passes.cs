using System.Runtime.ExceptionServices;

namespace Steering.Analysis.Experiments;

/// <summary>Passes over many texts, several at once; the first refusal comes out as itself.</summary>
internal static class Passes
{
    public static void Run(int count, int parallelism, Action<int> pass, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken }, pass);
        }
        catch (AggregateException failures) when (failures.InnerExceptions.OfType<SteeringException>().FirstOrDefault() is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
