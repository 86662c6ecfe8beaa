using System.Globalization;
using Steering.Coverage;

// Arguments: the folder of coverlet's JSON files, the floor in percent, and whether a lower figure is an error.
var (folder, floor, enforce) = (args[0], double.Parse(args[1], CultureInfo.InvariantCulture), bool.Parse(args[2]));
var reports = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
if (reports.Length == 0)
{
    Console.WriteLine("No coverage was measured.");
    return enforce ? 1 : 0;
}

var below = false;
Console.WriteLine("Line coverage, all test projects together:");
foreach (var (assembly, coverage) in LineCoverage.Merge(reports))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {assembly}: {coverage.Percent:F1} % ({coverage.Covered} of {coverage.Total} lines; floor {floor} %)"));
    foreach (var (file, missing) in coverage.Worst(5))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {missing,5} lines not run in {Path.GetRelativePath(Environment.CurrentDirectory, file)}"));
    }

    below |= coverage.Percent < floor;
}

if (below && enforce)
{
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Coverage : error COV001: an assembly is below {floor} % of its lines; add tests for the files named above."));
    return 1;
}

return 0;
