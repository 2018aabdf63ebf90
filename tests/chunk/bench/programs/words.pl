# SPDX-License-Identifier: GPL-2.0
# Hashes, arrays, strings that grow, regular expressions.
use strict;
use warnings;

my (%count, %lines, @all);
my $seed = 1;
for my $number (1 .. 30000) {
	my $line = "";
	for (1 .. 6) {
		$seed = ($seed * 1103515245 + 12345) % 2147483648;
		$line .= "word" . ($seed % 7919) . " ";
	}
	push @all, $line;
	for my $word (split / /, $line) {
		$count{$word}++;
		push @{ $lines{$word} }, $number;
	}
}
my @common = (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count);
my $text = join "\n", @all;
$text =~ s/word(\d+)/<$1>/g;
my %seen = map { $_ => [ split /,/, join ",", @{ $lines{$_} } ] } @common;
my $total = 0;
$total += @$_ for values %seen;
print scalar(@common), " $total ", length $text, "\n";
